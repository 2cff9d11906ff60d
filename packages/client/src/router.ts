// The addresses of the page; the server answers all of them with index.html.
import { type Ref, shallowRef } from 'vue'
import { createRouter, createWebHistory, type Router } from 'vue-router'

/** Makes the router. `stuck`: the address at which a part of the page could not be loaded, until another one is opened. */
export function makeRouter(): { router: Router; stuck: Ref<string | null> } {
  const router = createRouter({
    history: createWebHistory(),
    routes: [
      { path: '/', component: () => import('./rooms/LandingView.vue') },
      {
        // One place for all rooms: what is around them stays while the reader goes from one to another.
        path: '/rooms/:roomId',
        name: 'rooms',
        component: () => import('./room-page/RoomsView.vue'),
        props: true,
      },
      { path: '/invite/:invite', component: () => import('./invites/InviteView.vue'), props: true },
      {
        path: '/back/:key',
        component: () => import('./session/PersonalLinkView.vue'),
        props: ({ params, query }) => ({
          linkKey: params.key,
          roomId: typeof query.room === 'string' ? query.room : null,
        }),
      },
      { path: '/:rest(.*)', component: () => import('./rooms/NotFoundView.vue') },
    ],
  })
  const stuck = shallowRef<string | null>(null)
  // After an upgrade the files of an older page are gone; or there is no network at all.
  // Of a file that no address leads to, a dialog's for one, Vite tells.
  addEventListener('vite:preloadError', () => (stuck.value = router.currentRoute.value.fullPath))
  router.onError((_, to) => (stuck.value = to.fullPath))
  router.afterEach(() => (stuck.value = null))
  return { router, stuck }
}
