// Links that this member asks for: an invite to the room, or a personal link that opens their session elsewhere.
import { type ShallowRef, shallowRef } from 'vue'
import type { Api } from '../api/api.ts'
import { errorText } from '../api/api-error.ts'

export interface LinkOffer {
  readonly kind: 'invite' | 'personal'
  /** Null while it is being made. */
  readonly url: string | null
  /** The number of days it is valid, if known. */
  readonly days: number | null
  readonly problem: string | null
}

/** Makes the links. */
export interface LinkMaker {
  readonly makeInvite: () => ReturnType<Api['makeInvite']>
  /** A link that opens this member's session elsewhere. */
  readonly personalLink: () => Promise<string>
}

interface LinkOffers {
  readonly offer: Readonly<ShallowRef<LinkOffer | null>>
  readonly invite: () => Promise<void>
  readonly personal: () => Promise<void>
  readonly close: () => void
}

type Made = { readonly url: string; readonly days: number | null }

/** How long a personal link is valid: PROTOCOL.md, section 3. */
const PERSONAL_DAYS = 30

/** Whether a link opens only on the computer that the server runs on. */
export function isLoopback(url: string): boolean {
  return /^(localhost|.+\.localhost|127\.[\d.]+|\[::1\])$/.test(new URL(url).hostname)
}

export function useLinkOffer(maker: LinkMaker, roomId: () => string): LinkOffers {
  const offer = shallowRef<LinkOffer | null>(null)
  const show = async (kind: LinkOffer['kind'], make: () => Promise<Made>): Promise<void> => {
    const none = { kind, url: null, days: null, problem: null }
    offer.value = none
    const made = await make().then(
      ({ url, days }) => ({ ...none, url: new URL(url, location.href).href, days }),
      (error: unknown) => ({ ...none, problem: errorText(error) }),
    )
    // If the dialog was closed meanwhile, nobody waits for the link any more.
    if (offer.value?.kind === kind) offer.value = made
  }
  return {
    offer,
    invite: () =>
      show('invite', async () => {
        const { inviteUrl, days = null } = await maker.makeInvite()
        return { url: inviteUrl, days }
      }),
    personal: () =>
      show('personal', async () => {
        const url = `${await maker.personalLink()}?room=${encodeURIComponent(roomId())}`
        return { url, days: PERSONAL_DAYS }
      }),
    close: () => (offer.value = null),
  }
}
