// The addresses of the page; the server answers all of them with index.html.
import { type Ref, shallowRef } from 'vue'
import { createRouter, createWebHistory, type Router } from 'vue-router'

/** Makes the router. `stuck`: the address whose part of the page could not be loaded, until another one is. */
export function makeRouter(): { router: Router; stuck: Readonly<Ref<string | null>> } {
  const router = createRouter({
    history: createWebHistory(),
    routes: [
      { path: '/', component: () => import('./views/LandingView.vue') },
      {
        // One place for all rooms: what is around them stays while the reader goes from one to another.
        path: '/rooms/:roomId',
        name: 'rooms',
        component: () => import('./views/RoomsView.vue'),
        props: true,
      },
      { path: '/invite/:invite', component: () => import('./views/InviteView.vue'), props: true },
      {
        path: '/back/:key',
        component: () => import('./views/BackView.vue'),
        props: ({ params }) => ({ linkKey: params.key }),
      },
      { path: '/:rest(.*)', component: () => import('./views/NowhereView.vue') },
    ],
  })
  const stuck = shallowRef<string | null>(null)
  // After an upgrade the files of an older page are gone; or there is no network at all.
  router.onError((_, to) => (stuck.value = to.fullPath))
  router.afterEach(() => (stuck.value = null))
  return { router, stuck }
}
