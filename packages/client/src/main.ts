// Entry point of the page: creates the singletons and mounts the app.
import { Api } from './api/api.ts'
import App from './App.vue'
import { createSession, SESSION } from './session/use-session.ts'
import { createDrawnApp } from './text/drawn-app.ts'
import { createKnownRooms, KNOWN_ROOMS } from './rooms/known-rooms.ts'
import { makeRouter } from './router.ts'
import { followTheme } from './preferences/theme.ts'
import { keepCompositions } from './browser/compositions.ts'
import { followVisibleHeight } from './browser/visible-height.ts'

// First, so that no other listener gets a key event before this one.
keepCompositions(window)
followTheme()
followVisibleHeight()
const place = document.querySelector('#app')
if (place === null) throw new Error('there is no place for the page')
place.textContent = ''
const { router, stuck } = makeRouter()
createDrawnApp(App, { stuck, onClose: () => (stuck.value = null) })
  .provide(SESSION, createSession(new Api()))
  .provide(KNOWN_ROOMS, createKnownRooms())
  .use(router)
  .mount(place)
