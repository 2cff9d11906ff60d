// Everybody of a room as the list of people shows them. Pure.
import type { Look, Member, Presence, Reply, RoomState, Models } from '@roomcast/shared/protocol'

export interface Listed {
  readonly member: Member
  /** `offline`: not here; null: here, and nothing more is known. */
  readonly look: Look | 'offline' | null
}

/** The members that are here, and the others; both in the order in which they joined, whoever had to connect anew. */
export function listPeople(
  members: readonly Member[],
  presence: Presence['members'],
): { readonly here: readonly Listed[]; readonly others: readonly Listed[] } {
  const present = members.filter(({ gone }) => gone === undefined)
  const looks = new Map(presence.map(({ memberId, look = null }) => [memberId, look]))
  const listed = present.map((member): Listed => {
    const look = looks.get(member.memberId)
    return { member, look: look === undefined ? 'offline' : look }
  })
  return {
    here: listed.filter(({ look }) => look !== 'offline'),
    others: listed.filter(({ look }) => look === 'offline'),
  }
}

export interface Sum {
  readonly answers: number
  readonly tokens: number
  /** US dollars, of the answers whose price is known; null where there is none, and where nothing is paid. */
  readonly dollars: number | null
  /** There are others, whose price is not known. */
  readonly more: boolean
  /** Of how many messages, the last ones, it is the sum; null: of all. */
  readonly last: number | null
}

/** What the answers that a room state holds have used. @param models null while their prices are not known */
export function sumOf(state: RoomState, models: Models | null): Sum {
  const replies = state.messages.filter(
    (message): message is Reply => message.kind === 'reply' && message.ended !== null,
  )
  const priced = models?.simulated === false ? models.models : []
  const prices = new Map(priced.map(({ id, price }) => [id, price]))
  let tokens = 0
  let dollars: number | null = null
  let more = false
  for (const { ended, model } of replies) {
    if (!ended?.usage) continue
    const { inputTokens, outputTokens } = ended.usage
    tokens += inputTokens + outputTokens
    const price = prices.get(model)
    if (price)
      dollars = (dollars ?? 0) + (inputTokens * price.input + outputTokens * price.output) / 1e6
    else more = true
  }
  const last = state.earlier ? state.messages.length : null
  return { answers: replies.length, tokens, dollars, more, last }
}
