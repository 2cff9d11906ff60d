// Parts of the page that are loaded when somebody wants them. What cannot be loaded closes itself, so that another press
// tries again; that it could not, App.vue says.
import { type AsyncComponentLoader, type Component, defineAsyncComponent, onMounted } from 'vue'

const NotThere = {
  inheritAttrs: false,
  emits: ['close'],
  setup(_: unknown, { emit }: { emit: (event: 'close') => void }) {
    onMounted(() => emit('close'))
    return () => null
  },
}

/** A component that is loaded when it is first shown. Where its file cannot be had, it emits `close`. */
export function lazily<Part extends Component>(load: AsyncComponentLoader<Part>): Part {
  return defineAsyncComponent<Part>({ loader: load, errorComponent: NotThere })
}
