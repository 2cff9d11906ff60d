// The rules of a room, one for each kind of command. The list of commands is derived from it (commands.ts).
import { configure } from './configure.ts'
import { create } from './create.ts'
import { edit } from './edit.ts'
import { end } from './end.ts'
import { endInvites, invite } from './invites.ts'
import { join } from './join.ts'
import { post } from './post.ts'
import { promote } from './promotion.ts'
import { remove } from './remove.ts'
import { resume } from './resume.ts'
import { retract } from './retract.ts'
import { start } from './start.ts'
import { withdraw } from './withdraw.ts'

export const RULES = {
  create,
  join,
  post,
  start,
  withdraw,
  resume,
  edit,
  retract,
  configure,
  invite,
  'end-invites': endInvites,
  remove,
  end,
  promote,
}
