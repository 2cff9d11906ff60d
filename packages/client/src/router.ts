// The addresses of the page; the server answers all of them with index.html.
import { type Ref, shallowRef } from 'vue'
import { createRouter, createWebHistory, type Router } from 'vue-router'

/** Makes the router. `stuck`: the address where a part of the page failed to load; null again after the next navigation. */
export function makeRouter(): { router: Router; stuck: Ref<string | null> } {
  const router = createRouter({
    history: createWebHistory(),
    routes: [
      { path: '/', component: () => import('./rooms/LandingView.vue') },
      {
        // One route for all rooms: the frame around a room stays while the reader moves from one room to another.
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
  // Loading fails after an upgrade, when the files of the older page are gone, and without a network.
  // For a file outside the routes, such as a dialog's, Vite fires this event.
  addEventListener('vite:preloadError', () => (stuck.value = router.currentRoute.value.fullPath))
  router.onError((_, to) => (stuck.value = to.fullPath))
  router.afterEach(() => (stuck.value = null))
  return { router, stuck }
}
