// A state of the page that a person can meet, and how it is brought about.
import type { Scene } from './scene.ts'

export interface State {
  /** For files and test titles: words with dashes. */
  readonly name: string
  /** For people. */
  readonly title: string
  /** Leads the page there from the state before it in the story; resolves when it can be looked at. */
  reach(scene: Scene): Promise<unknown>
}

/** States that follow from one another, on one page. */
export interface Story {
  readonly title: string
  readonly states: readonly State[]
  /** Mends what the states have broken for others. */
  end?(scene: Scene): Promise<unknown>
}
