// The members of a room for the list of people. Pure.
import type { Look, Member, Presence, Reply, RoomState, Models } from '@roomcast/shared/protocol'

export interface Listed {
  readonly member: Member
  /** `offline`: not present; null: present, with an unknown look. */
  readonly look: Look | 'offline' | null
}

/** The members present and the others, both in order of joining, so that a reconnect does not move anyone. */
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
  /** US dollars, for the answers whose price is known; null if there are none, and for a simulated Claude. */
  readonly dollars: number | null
  /** There are other answers whose price is unknown. */
  readonly more: boolean
  /** The number of messages that the sum covers, counted from the newest; null: all of them. */
  readonly last: number | null
}

/** Sums the usage of the answers in a room state. @param models null while the prices are unknown */
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
