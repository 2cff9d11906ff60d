// A browser and some nodes for all walks of a file; people join for a walk and leave after it.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import type { SimulatorOptions } from '@roomcast/simulator'
import { launchChromium } from '../support/chromium.ts'
import { Deployment } from '../support/deployment.ts'
import { BrowserPerson, type Looks } from '../support/page.ts'

export class Stage {
  readonly browser: Browser
  readonly deployment: Deployment

  constructor(browser: Browser, deployment: Deployment) {
    this.browser = browser
    this.deployment = deployment
  }

  /** Somebody with their own browser context, until the walk ends. */
  async comes(name: string, looks: Looks = {}): Promise<BrowserPerson> {
    const person = await BrowserPerson.come(this.browser, name, looks)
    onTestFinished(() => person.leave())
    return person
  }

  /** An invite link opened on another node. */
  at(node: number, link: string): string {
    return this.deployment.node(node).url + new URL(link).pathname
  }

  /** Ana's room on the first node, with two other members, each on the next node. */
  async meet(
    title: string,
    looks: Looks = {},
  ): Promise<[ana: BrowserPerson, bo: BrowserPerson, cy: BrowserPerson]> {
    const [ana, bo, cy] = await Promise.all([
      this.comes('Ana'),
      this.comes('Bo', looks),
      this.comes('Cy', looks),
    ])
    const link = await ana.makeRoom(this.deployment.node(0).url, title)
    await Promise.all([bo, cy].map((person, index) => person.accept(this.at(index + 1, link))))
    return [ana, bo, cy]
  }
}

/** Opens a stage before all tests of the file and closes it after. @param opened receives it */
export function useStage(
  nodes: number,
  simulator: SimulatorOptions,
  opened: (stage: Stage) => void,
): void {
  let stage: Stage | null = null
  beforeAll(async () => {
    const parts = await Promise.all([launchChromium(), Deployment.open(nodes, { simulator })])
    stage = new Stage(...parts)
    opened(stage)
  })
  afterAll(async () => {
    await stage?.browser.close()
    await stage?.deployment.close()
  })
}
