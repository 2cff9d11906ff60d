// A state of the page that a person can meet, and the steps to reach it.
import type { Scene } from './scene.ts'

export interface State {
  /** For file names and test titles: words with dashes. */
  readonly name: string
  /** For people. */
  readonly title: string
  /** Leads the page from the previous state of the story to this one; resolves when it is ready to inspect. */
  reach(scene: Scene): Promise<unknown>
}

/** States that follow one another on one page. */
export interface Story {
  readonly title: string
  readonly states: readonly State[]
  /** Repairs whatever the states have broken for others. */
  end?(scene: Scene): Promise<unknown>
}
