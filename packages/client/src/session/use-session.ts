// The session of this browser. Created once for the page and injected; scripts cannot read the cookie itself.
import { inject, type InjectionKey, type ShallowRef, shallowRef } from 'vue'
import type { Api, Who } from '../api/api.ts'

export interface Session {
  readonly api: Api
  /** The member; null without a session, undefined until known. */
  readonly who: Readonly<ShallowRef<Who | null | undefined>>
  /** Returns the member, asking the server if they are unknown. */
  readonly load: () => Promise<Who | null>
  /** Starts a session under this name, unless there is one. */
  readonly start: (name: string) => Promise<Who>
  readonly backIn: (key: string) => Promise<Who>
  /** Drops the session, which the server no longer accepts. */
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
