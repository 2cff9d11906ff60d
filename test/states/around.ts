// The parts around a conversation: dialogs, menus, search.
import type { Scene } from './scene.ts'
import type { State, Story } from './state.ts'

const PHONE = { width: 390, height: 844 }
const DESKTOP = { width: 1280, height: 800 }

async function closed({ page }: Scene): Promise<void> {
  // Closes a drawer on either screen size; in a search field, the first press only clears it.
  for (const size of [PHONE, DESKTOP]) {
    await page.setViewportSize(size)
    await page.keyboard.press('Escape')
  }
}

/** A dialog or page opened from the menu of the room. */
function chosen(name: string, title: string, action: string, shown: string): State {
  return {
    name,
    title,
    async reach(scene) {
      await closed(scene)
      await scene.person.at('more').click()
      await scene.person.at(`menu-${action}`).click()
      await scene.page.getByTestId(shown).first().waitFor()
    },
  }
}

const AROUND: Story = {
  title: 'Around the conversation',
  states: [
    {
      name: 'invite-dialog',
      title: 'Inviting others',
      async reach({ person, url }) {
        const link = await person.makeRoom(url, 'Design review')
        if (!link) throw new Error('there is no link')
        await person.at('invite').first().click()
        await person.at('invite-url').waitFor()
      },
    },
    {
      name: 'room-menu',
      title: 'The room menu',
      async reach(scene) {
        await closed(scene)
        await scene.person.at('more').click()
        await scene.person.at('room-menu').waitFor()
      },
    },
    chosen('room-settings', 'Room settings', 'settings', 'room-title'),
    chosen('delete-room', 'Before a room is deleted', 'delete', 'confirm-typed'),
    {
      name: 'preferences',
      title: 'Preferences',
      async reach(scene) {
        await closed(scene)
        await scene.person.at('preferences').first().click()
        await scene.page.getByRole('dialog').waitFor()
      },
    },
    {
      name: 'shortcuts',
      title: 'Keyboard shortcuts',
      async reach(scene) {
        await closed(scene)
        await scene.page.keyboard.press('Control+/')
        await scene.person.at('shortcuts').last().waitFor()
      },
    },
    {
      name: 'find-room',
      title: 'Finding another room',
      async reach(scene) {
        await closed(scene)
        await scene.page.keyboard.press('Control+k')
        await scene.person.at('find-field').waitFor()
      },
    },
    {
      name: 'search',
      title: 'Searching in a room',
      async reach(scene) {
        await closed(scene)
        await scene.person.at('ask-toggle').click()
        for (const text of ['Where is the plan?', 'The plan is in the other room.'])
          await scene.person.ask(text)
        await scene.page.getByText('The plan is in').first().waitFor()
        await scene.person.at('search').click()
        await scene.person.at('search-words').fill('plan')
        await scene.person.at('search-hit').first().waitFor()
      },
    },
    {
      name: 'rooms-phone',
      title: 'My rooms, on a phone',
      async reach(scene) {
        await closed(scene)
        await scene.page.setViewportSize(PHONE)
        await scene.person.at('rooms').click()
        await scene.person.at('new-room').waitFor()
      },
    },
    {
      name: 'people-phone',
      title: 'Who is here, on a phone',
      async reach(scene) {
        await closed(scene)
        await scene.page.setViewportSize(PHONE)
        await scene.person.at('people').click()
        await scene.person.at('person').first().waitFor()
      },
    },
  ],
}

export const SURROUNDINGS: readonly Story[] = [AROUND]
