// Links this member asks for: an invite to the room, or the way to open the own session elsewhere.
import { type ShallowRef, shallowRef } from 'vue'
import { type Api, errorText } from '../api.ts'

export interface LinkOffer {
  readonly kind: 'invite' | 'personal'
  /** Null while it is being made. */
  readonly url: string | null
  readonly problem: string | null
}

export interface LinkOffers {
  readonly offer: Readonly<ShallowRef<LinkOffer | null>>
  readonly invite: () => Promise<void>
  readonly personal: () => Promise<void>
  readonly close: () => void
}

export function useLinkOffer(api: Api, roomId: () => string): LinkOffers {
  const offer = shallowRef<LinkOffer | null>(null)
  const show = async (kind: LinkOffer['kind'], make: () => Promise<string>): Promise<void> => {
    offer.value = { kind, url: null, problem: null }
    const made = await make().then(
      (url) => ({ kind, url: new URL(url, location.href).href, problem: null }),
      (error: unknown) => ({ kind, url: null, problem: errorText(error) }),
    )
    // Closed meanwhile: nobody waits for it any more.
    if (offer.value?.kind === kind) offer.value = made
  }
  return {
    offer,
    invite: () => show('invite', () => api.makeInvite(roomId())),
    personal: () => show('personal', () => api.personalLink()),
    close: () => (offer.value = null),
  }
}
