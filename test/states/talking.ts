// Work with messages: actions, mentions, quotes, editing and retracting.
import type { Scene } from './scene.ts'
import type { Story } from './state.ts'

/** Opens the actions of the newest message with these words, and presses one. */
async function act({ person, page }: Scene, words: string, action: string): Promise<void> {
  await page.locator('[data-message]').filter({ hasText: words }).last().hover()
  await person.at(`act-${action}`).click()
}

const TALKING: Story = {
  title: 'Talking',
  states: [
    {
      name: 'message-actions',
      title: 'The actions of a message',
      async reach(scene) {
        const link = await scene.person.makeRoom(scene.url, 'Weekly planning')
        const { seat } = await scene.joinedBy('Bo', link)
        const text = 'I would start with the table: it is what people look at first.'
        await seat.client.send({ type: 'post', text, ask: false })
        const said = scene.page.getByText('I would start').first()
        await said.hover()
        await scene.person.at('message-actions').waitFor()
      },
    },
    {
      name: 'quote',
      title: 'A quote above the composer',
      async reach(scene) {
        await act(scene, 'I would start', 'quote')
        await scene.person.at('composer-quote').waitFor()
      },
    },
    {
      name: 'mention',
      title: 'Mentioning someone',
      async reach({ person }) {
        await person.at('composer').pressSequentially('Agreed, @')
        await person.at('mention-list').waitFor()
      },
    },
    {
      name: 'quoted',
      title: 'A reply to a quoted passage',
      async reach({ person, page }) {
        await page.keyboard.press('Escape')
        await person.at('ask-toggle').click()
        await person.ask('Agreed, @Bo. Shall we ask how it scrolls on a phone?')
        await person.at('quotation').waitFor()
      },
    },
    {
      name: 'editor',
      title: 'Editing your own message',
      async reach(scene) {
        await act(scene, 'Agreed', 'edit')
        await scene.person.at('editor').waitFor()
      },
    },
    {
      name: 'edited',
      title: 'An edited message',
      async reach({ person }) {
        await person.at('editor-field').fill('Agreed. And how does it scroll on a phone?')
        await person.at('editor-save').click()
        await person.at('edited').waitFor()
      },
    },
    {
      name: 'retract',
      title: 'Before a message is deleted',
      async reach(scene) {
        await act(scene, 'Agreed', 'retract')
        await scene.person.at('retract-sure').waitFor()
      },
    },
    {
      name: 'retracted',
      title: 'A deleted message',
      async reach(scene) {
        const sure = scene.person.at('retract-sure')
        // The confirmation is open only while the focus stays there.
        if (!(await sure.isVisible())) await act(scene, 'Agreed', 'retract')
        await sure.click()
        await scene.person.at('retracted').waitFor()
      },
    },
    {
      name: 'stop-reason',
      title: 'A stop with a reason',
      async reach(scene) {
        await scene.person.at('ask-toggle').click()
        await scene.answering('How do shared rooms work?', 1500)
        await scene.person.at('stop-why').click()
        await scene.person.at('stop-reason').getByRole('textbox').fill('We know enough')
      },
    },
    {
      name: 'reading-above',
      title: 'Reading earlier messages while Claude answers',
      async reach({ person, page }) {
        await page.keyboard.press('Escape')
        await page.getByRole('log').hover()
        const pill = person.at('jump')
        for (let turns = 0; turns < 50 && !(await pill.isVisible()); turns++)
          await page.mouse.wheel(0, -300)
        await pill.waitFor()
      },
    },
    {
      name: 'stopped-reason',
      title: 'Stopped with a reason',
      async reach({ person, page }) {
        await person.at('jump').click()
        await person.at('stop-why').click()
        await person.at('stop-reason').getByRole('textbox').fill('We know enough')
        await page.keyboard.press('Enter')
        await person.footerSays('We know enough')
      },
    },
    {
      name: 'retried',
      title: 'A retried question',
      async reach({ person }) {
        await person.at('retry').click()
        await person.at('earlier-attempt').first().waitFor()
        await person.reads(300)
      },
    },
  ],
}

export const TALK: readonly Story[] = [TALKING]
