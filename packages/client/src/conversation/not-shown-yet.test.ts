import { emptyRoom } from '@roomcast/shared/room'
import { messageIdOf } from '@roomcast/shared/message-id'
import { expect, it } from 'vitest'
import { notShownYet } from './not-shown-yet.ts'
import type { Post } from '../room/unsent-posts.ts'

const post = (commandId: string): Post => ({
  type: 'post',
  roomId: 'r',
  commandId,
  text: 'Lunch?',
  ask: false,
})

it('a message that the room already shows is not shown as waiting too', () => {
  const said = { at: 1, text: 'Lunch?', ask: false, withdrawn: false, offset: 2, by: 'ana' }
  const messageId = messageIdOf('r', 'ana', 'one')
  const state = {
    ...emptyRoom('r', 'e'),
    messages: [{ kind: 'said' as const, messageId, ...said }],
  }
  const posts = [post('one'), post('two')]
  expect(notShownYet(posts, state, 'ana')).toEqual([post('two')])
  expect(notShownYet(posts, state, 'bo')).toEqual(posts)
  expect(notShownYet(posts, null, 'ana')).toEqual(posts)
})
