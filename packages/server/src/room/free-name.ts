// Names within a room: no two members look the same to people, to Claude or in an export.
import { LIMITS, type Member } from '@roomcast/shared/protocol'

/** A person's id and name, whether or not they are in a room. */
export type Person = Pick<Member, 'memberId' | 'name'>

/**
 * The name that `person` gets among `members`: their own, or, if another member has it, their own with the first
 * free number from 2 on ("Alice (2)"), within LIMITS.nameLength. A number stays with its member even when the bare
 * name becomes free, so nobody can take over another member's name by rejoining.
 */
export function freeName({ memberId, name }: Person, members: readonly Person[]): string {
  const taken = new Set(
    members.filter((member) => member.memberId !== memberId).map((member) => looks(member.name)),
  )
  const current = members.find((member) => member.memberId === memberId)?.name
  if (current !== undefined && !taken.has(looks(current)) && isNumbered(current, name))
    return current
  if (!taken.has(looks(name))) return name
  let number = 2
  while (taken.has(looks(numbered(name, number)))) number += 1
  return numbered(name, number)
}

/** A name without the differences that readers hardly notice, for comparison. */
function looks(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s\p{C}\p{Default_Ignorable_Code_Point}]+/gu, '')
}

function isNumbered(current: string, name: string): boolean {
  const number = / \((\d+)\)$/.exec(current)?.[1]
  return number !== undefined && current === numbered(name, Number(number))
}

function numbered(name: string, number: number): string {
  const suffix = ` (${number})`
  const start = name.slice(0, LIMITS.nameLength - suffix.length)
  // Also drop the rest of an emoji that was cut in two.
  return start.replace(/[\uD800-\uDBFF\u200D]+$/, '').trimEnd() + suffix
}
