// Components that are loaded on demand. A component that cannot be loaded closes itself, so that another press tries
// again; App.vue reports the failure.
import { type AsyncComponentLoader, type Component, defineAsyncComponent, onMounted } from 'vue'

const NotThere = {
  inheritAttrs: false,
  emits: ['close'],
  setup(_: unknown, { emit }: { emit: (event: 'close') => void }) {
    onMounted(() => emit('close'))
    return () => null
  },
}

/** A component that is loaded when it is first shown. If its file cannot be loaded, it emits `close`. */
export function lazily<Part extends Component>(load: AsyncComponentLoader<Part>): Part {
  return defineAsyncComponent<Part>({ loader: load, errorComponent: NotThere })
}
