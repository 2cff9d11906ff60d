// Shows unread messages of a hidden page in the title and icon of its tab and, if the member has allowed it, as
// notifications.
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { Message } from '@roomcast/shared/protocol'
import { preferences } from '../preferences/preferences.ts'
import { drawnAttribute } from '../text/drawable.ts'
import { worthNotifying, unreadWhileHidden, tabTitle } from './tab-title.ts'
import { words } from '../wording/language.ts'
import { laterWords } from '../wording/later.ts'
import type { RoomShown } from '../opened-room/use-opened-room.ts'

const ICON = '/favicon.svg'
const ICON_WITH_DOT = '/favicon-dot.svg'

export function useNotifications({ state, me, title, people }: RoomShown): void {
  const hidden = ref(document.visibilityState === 'hidden')
  const since = shallowRef<{ offset: number; running: number | null } | null>(null)
  const told = new Set<string>()

  const update = (): void => {
    hidden.value = document.visibilityState === 'hidden'
    const now = state.value
    since.value = hidden.value && now ? { offset: now.offset, running: now.running } : null
  }
  document.addEventListener('visibilitychange', update)
  // A room that opens while the page is hidden counts from its state at that moment.
  watch(() => state.value === null, update, { immediate: true })

  const fresh = computed(() =>
    state.value && since.value ? unreadWhileHidden(state.value, since.value, me.value) : [],
  )
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]')
  watch(
    [title, () => fresh.value.length],
    ([name, count]) => {
      document.title = drawnAttribute(tabTitle(words.shell.documentTitle(name), count))
      icon?.setAttribute('href', count > 0 ? ICON_WITH_DOT : ICON)
    },
    { immediate: true },
  )
  watch(fresh, (messages) => {
    if (!preferences.value.notify || messages.length === 0) return
    for (const message of worthNotifying(messages, me.value)) notify(message)
  })

  function notify(message: Message): void {
    const id = message.kind === 'said' ? message.messageId : message.generationId
    if (told.has(id) || !('Notification' in window) || Notification.permission !== 'granted') return
    told.add(id)
    const said = laterWords.announce.notification
    const who = people.name.value(message.by)
    // The tag merges the notifications of several tabs into one.
    const shown = new Notification(drawnAttribute(title.value), {
      tag: id,
      icon: ICON,
      body: drawnAttribute(
        message.kind === 'said' ? said.mentioned(who, message.text) : said.answered,
      ),
    })
    shown.addEventListener('click', () => {
      window.focus()
      shown.close()
    })
  }
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', update)
    icon?.setAttribute('href', ICON)
  })
}
