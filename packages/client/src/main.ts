// Entry of the page: makes what there is one of, and mounts it.
import { Api } from './api.ts'
import App from './App.vue'
import { createSession, SESSION } from './composables/use-session.ts'
import { createDrawnApp } from './drawn-app.ts'
import { makeRouter } from './router.ts'
import { followTheme } from './theme.ts'
import { keepCompositions } from './talk/compositions.ts'
import { followVisibleHeight } from './visible-height.ts'

// First of all, so that nothing hears of a key before it.
keepCompositions(window)
followTheme()
followVisibleHeight()
const place = document.querySelector('#app')
if (place === null) throw new Error('there is no place for the page')
place.textContent = ''
const { router, stuck } = makeRouter()
createDrawnApp(App, { stuck, onClose: () => (stuck.value = null) })
  .provide(SESSION, createSession(new Api()))
  .use(router)
  .mount(place)
