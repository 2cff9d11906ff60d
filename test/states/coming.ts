// The pages before a room.
import type { Story } from './state.ts'

export const COMING: readonly Story[] = [
  {
    title: 'Arriving',
    states: [
      {
        name: 'landing',
        title: 'The home page, for a new visitor',
        async reach({ page, person, url }) {
          await page.goto(url)
          await person.at('make-room').waitFor()
        },
      },
      {
        name: 'nowhere',
        title: 'An address that does not exist',
        async reach({ page, url }) {
          await page.goto(`${url}/nothing/here`)
          await page.getByRole('link', { name: /home page/i }).waitFor()
        },
      },
      {
        name: 'invite-invalid',
        title: 'An invite that is not valid',
        async reach({ page, person, url }) {
          await page.goto(`${url}/invite/nonsense`)
          await person.at('invite-problem').waitFor()
        },
      },
      {
        name: 'invite',
        title: 'An invite, for a new visitor',
        async reach(scene) {
          const bo = await scene.guest('Bo')
          const { roomId, invite } = await bo.makeRoom('Design review')
          const seat = bo.sit(roomId)
          await seat.live()
          await seat.client.send({
            type: 'post',
            text: 'How is it done? [simulate: length=4000]',
            ask: true,
          })
          await scene.page.goto(`${scene.url}/invite/${invite}`)
          await scene.person.at('join-room').waitFor()
          await scene.page.getByText('Design review').first().waitFor()
          seat.client.close()
        },
      },
      {
        name: 'who-are-you',
        title: 'A room, for a visitor without a name',
        async reach({ page, person, url }) {
          await page.goto(`${url}/rooms/of-somebody-else`)
          await person.at('go-on').waitFor()
        },
      },
      {
        name: 'room-not-found',
        title: 'A room that does not exist, or that the visitor is not a member of',
        async reach({ page, person }) {
          await person.at('name').fill('Ana')
          await person.at('go-on').click()
          await page.getByRole('link', { name: /home page/i }).waitFor()
        },
      },
      {
        name: 'landing-rooms',
        title: 'The home page, with rooms',
        async reach({ page, person, url }) {
          for (const title of ['Weekly planning', 'Incident 412', '']) {
            await page.evaluate(
              (body) =>
                fetch('/api/rooms', {
                  method: 'POST',
                  headers: { 'content-type': 'application/json' },
                  body,
                }),
              JSON.stringify({ title }),
            )
          }
          await page.goto(url)
          await person.at('make-room').waitFor()
          await page.getByText('Incident 412').first().waitFor()
        },
      },
      {
        name: 'connecting',
        title: 'A room while it opens',
        async reach({ page, person }) {
          await page.routeWebSocket(/socket\.io/, () => undefined)
          await page.getByText('Incident 412').first().click()
          await person.at('status').filter({ hasText: 'Connecting' }).waitFor()
        },
      },
    ],
  },
]
