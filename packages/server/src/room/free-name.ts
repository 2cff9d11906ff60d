// Names within a room: no two members look the same, to people, to Claude and in an export.
import { LIMITS, type Member } from '@roomcast/shared/protocol'

/** Somebody by their name, whether in a room yet or not. */
export type Person = Pick<Member, 'memberId' | 'name'>

/**
 * The name that `person` gets among `members`: their own, or with the first free number from 2 on where another
 * member has it ("Alice (2)"), within LIMITS.nameLength. A number once given stays theirs, also when the name
 * has become free: nobody slips into the place of another by coming again.
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

/** What is left of a name when writing that hardly anybody tells apart is made the same. */
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
  // Nothing is left of an emoji that was cut apart.
  return start.replace(/[\uD800-\uDBFF\u200D]+$/, '').trimEnd() + suffix
}
