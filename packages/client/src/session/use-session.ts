// Who this browser is. Made once for the page and handed down; the cookie itself is out of reach of scripts.
import { inject, type InjectionKey, type ShallowRef, shallowRef } from 'vue'
import type { Api, Who } from '../api/api.ts'

export interface Session {
  readonly api: Api
  /** The member; null without a session, undefined until known. */
  readonly who: Readonly<ShallowRef<Who | null | undefined>>
  /** Asks the server, unless it is known. */
  readonly load: () => Promise<Who | null>
  /** Starts a session under this name, unless there is one. */
  readonly start: (name: string) => Promise<Who>
  readonly backIn: (key: string) => Promise<Who>
  /** The server does not know this browser any more. */
  readonly forget: () => void
}

export const SESSION: InjectionKey<Session> = Symbol('session')

export function createSession(api: Api): Session {
  const who = shallowRef<Who | null | undefined>(undefined)
  return {
    api,
    who,
    load: async () => (who.value ??= await api.who()),
    start: async (name) => (who.value ??= await api.startSession(name)),
    backIn: async (key) => (who.value = await api.backIn(key)),
    forget: () => (who.value = null),
  }
}

export function useSession(): Session {
  const session = inject(SESSION)
  if (session === undefined) throw new Error('useSession: no session was provided')
  return session
}
