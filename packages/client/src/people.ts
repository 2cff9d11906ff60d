// Everybody of a room as the list of people shows them. Pure.
import type { Look, Member, Presence, Reply, RoomState, Models } from '@roomcast/shared/protocol'

export interface Listed {
  readonly member: Member
  /** `offline`: not here; null: here, and nothing more is known. */
  readonly look: Look | 'offline' | null
}

/** The members that are here, in the order in which they came, and the others. @param here null while nobody knows */
export function listPeople(
  members: readonly Member[],
  presence: Presence['members'],
): { readonly here: readonly Listed[]; readonly others: readonly Listed[] } {
  const present = members.filter(({ gone }) => gone === undefined)
  const byId = new Map(present.map((member) => [member.memberId, member]))
  const here = presence.flatMap(({ memberId, look = null }) => {
    const member = byId.get(memberId)
    return member ? [{ member, look }] : []
  })
  const isHere = new Set(here.map(({ member }) => member.memberId))
  const others = present
    .filter(({ memberId }) => !isHere.has(memberId))
    .map((member) => ({ member, look: 'offline' as const }))
  return { here, others }
}

export interface Sum {
  readonly answers: number
  readonly tokens: number
  /** US dollars; null where a price is not known. */
  readonly dollars: number | null
  /** There are older answers, which are not counted. */
  readonly partial: boolean
}

/** What the answers that a room state holds have used. @param models null while their prices are not known */
export function sumOf(state: RoomState, models: Models['models'] | null): Sum {
  const replies = state.messages.filter(
    (message): message is Reply => message.kind === 'reply' && message.ended !== null,
  )
  const prices = new Map(models?.map(({ id, price }) => [id, price]))
  let tokens = 0
  let dollars: number | null = 0
  for (const { ended, model } of replies) {
    if (!ended?.usage) continue
    const { inputTokens, outputTokens } = ended.usage
    tokens += inputTokens + outputTokens
    const price = prices.get(model)
    dollars =
      price && dollars !== null
        ? dollars + (inputTokens * price.input + outputTokens * price.output) / 1e6
        : null
  }
  return { answers: replies.length, tokens, dollars, partial: state.earlier }
}
