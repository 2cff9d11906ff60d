// The addresses of the page; the server answers all of them with index.html.
import { createRouter, createWebHistory, type Router } from 'vue-router'
import LandingView from './views/LandingView.vue'

export function makeRouter(): Router {
  return createRouter({
    history: createWebHistory(),
    routes: [
      { path: '/', component: LandingView },
      { path: '/rooms/:roomId', component: () => import('./views/RoomView.vue'), props: true },
      { path: '/invite/:invite', component: () => import('./views/InviteView.vue'), props: true },
      {
        path: '/back/:key',
        component: () => import('./views/BackView.vue'),
        props: ({ params }) => ({ linkKey: params.key }),
      },
      { path: '/:rest(.*)', component: () => import('./views/NowhereView.vue') },
    ],
  })
}
