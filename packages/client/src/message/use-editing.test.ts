import type { CommandResult, Said } from '@roomcast/shared/protocol'
import { describe, expect, it } from 'vitest'
import { useEditing } from './use-editing.ts'

const SAID: Said = {
  kind: 'said',
  messageId: 'm1',
  offset: 1,
  at: 0,
  by: 'a',
  text: 'before',
  ask: false,
  withdrawn: false,
}
const REFUSED: CommandResult = {
  ok: false,
  error: { code: 'not-yours', message: 'It is not yours.', retryable: false },
}

/** Starts saving an edited message; the test decides when the server answers. */
function saving() {
  let answer: (result: CommandResult) => void = () => undefined
  const send = (): Promise<CommandResult> => new Promise((settle) => (answer = settle))
  const editor = useEditing(
    { send },
    () => 'r',
    () => [],
  )
  editor.begin(SAID)
  editor.write('after')
  return { editor, saved: editor.save('before'), answer: (result: CommandResult) => answer(result) }
}

describe('editing a message', () => {
  it('ends when it is saved', async () => {
    const { editor, saved, answer } = saving()
    answer({ ok: true })
    await saved
    expect(editor.now.value).toBeNull()
  })

  it('keeps the text after a refusal and gives the reason', async () => {
    const { editor, saved, answer } = saving()
    answer(REFUSED)
    await saved
    expect(editor.now.value).toMatchObject({ text: 'after', problem: 'It is not yours.' })
  })

  it('can be cancelled while the text is being saved', async () => {
    const { editor, saved, answer } = saving()
    editor.cancel()
    answer({ ok: true })
    await expect(saved).resolves.toBeUndefined()
    expect(editor.now.value).toBeNull()
  })
})
