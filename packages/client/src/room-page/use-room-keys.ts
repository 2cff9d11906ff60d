// Keyboard shortcuts that work everywhere in a room.
import { onScopeDispose } from 'vue'
import type { Reply, RoomState } from '@roomcast/shared/protocol'
import { answerText } from '@roomcast/shared/room'
import { copyText } from '../browser/copy-text.ts'
import { focusComposer } from '../composer/focus-composer.ts'

/** The regions of the page that F6 cycles through, in this order. */
const REGIONS = ['nav.side-part', '.room-header', '[role="log"]', '.dock', 'aside.side-part']
const FOCUSABLE = 'textarea, button:not([disabled]), a[href], input, [tabindex="0"]'

export function useRoomKeys(state: () => RoomState | null): void {
  const onKeydown = (event: KeyboardEvent): void => {
    if (document.querySelector('dialog[open]')) return
    if (event.key === 'F6') goToRegion(event.shiftKey ? -1 : 1)
    else if (isChord(event, 'KeyM')) focusComposer()
    else if (isChord(event, 'KeyC')) void copyLast(state())
    else return
    event.preventDefault()
  }
  document.addEventListener('keydown', onKeydown)
  onScopeDispose(() => document.removeEventListener('keydown', onKeydown))
}

/** Ctrl+Shift with a letter belongs to the browser. Compares codes, because with Alt a key may produce another character. */
function isChord(
  { code, altKey, shiftKey, ctrlKey, metaKey }: KeyboardEvent,
  key: string,
): boolean {
  return code === key && altKey && shiftKey && !ctrlKey && !metaKey
}

function goToRegion(step: number): void {
  const regions = REGIONS.flatMap((selector) => {
    const region = document.querySelector<HTMLElement>(selector)
    return region?.checkVisibility() ? [region] : []
  })
  const at = regions.findIndex((region) => region.contains(document.activeElement))
  const from = at < 0 ? (step > 0 ? -1 : 0) : at
  const region = regions[(from + step + regions.length) % regions.length]
  if (!region) return
  // The first button in a column could be one that removes a member.
  const target = region.matches('[tabindex]') ? region : firstIn(region)
  ;(target ?? region).focus({ preventScroll: true })
}

function firstIn(region: HTMLElement): HTMLElement | undefined {
  return [...region.querySelectorAll<HTMLElement>(FOCUSABLE)].find((element) =>
    element.checkVisibility(),
  )
}

async function copyLast(state: RoomState | null): Promise<void> {
  const last = state?.messages.findLast((message): message is Reply => message.kind === 'reply')
  if (last) await copyText(answerText(last))
}
