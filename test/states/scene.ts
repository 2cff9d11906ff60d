// The environment for the states of the page: real nodes over a real Redis, a simulated Claude, one page in a real
// browser.
import type { Browser, Page } from 'playwright-core'
import { Deployment } from '../support/deployment.ts'
import { BrowserPerson } from '../support/page.ts'
import { Person, type Seat } from '../support/person.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'

/** Shared by all stories; a story may break its own wire, and must mend it. */
export interface Stage {
  readonly browser: Browser
  readonly deployment: Deployment
  /** Leads every page to the first node. */
  readonly wire: TcpProxy
}

/** A pace slow enough that a state of a running answer can be inspected. */
const SLOW = { from: 'real', firstTextMs: [3000, 3000], gapMs: [60, 60] } as const

export async function openStage(
  browser: Browser,
): Promise<Stage & { readonly close: () => Promise<void> }> {
  const deployment = await Deployment.open(1, {
    simulator: { pace: SLOW, seed: 7, scenario: 'length=60000' },
    environment: { SHUTDOWN_MS: '300' },
  })
  const wire = await startTcpProxy(deployment.node(0).port)
  const close = async (): Promise<void> => {
    await wire.close()
    await deployment.close()
  }
  return { browser, deployment, wire, close }
}

/** One page and the other people of one story. */
export class Scene {
  readonly stage: Stage
  /** The person whose page this is. */
  readonly person: BrowserPerson
  readonly #seats: Seat[] = []

  static async open(stage: Stage, name = 'Ana'): Promise<Scene> {
    return new Scene(stage, await BrowserPerson.come(stage.browser, name))
  }

  private constructor(stage: Stage, person: BrowserPerson) {
    this.stage = stage
    this.person = person
  }

  get page(): Page {
    return this.person.page
  }

  get url(): string {
    return this.stage.wire.url
  }

  /** The path of the page's room. */
  get room(): string {
    return /\/rooms\/([^/?#]+)/.exec(this.page.url())?.[1] ?? ''
  }

  /** Somebody without a browser, on the first node. */
  async guest(name: string): Promise<Person> {
    return Person.come(this.stage.deployment.node(0).url, name)
  }

  /** Somebody else joins the page's room and watches it. */
  async joinedBy(name: string, link: string): Promise<{ person: Person; seat: Seat }> {
    const person = await this.guest(name)
    await person.accept(link.split('/').at(-1) ?? '')
    const seat = person.sit(this.room)
    this.#seats.push(seat)
    await seat.live()
    return { person, seat }
  }

  /** The page asks and shows at least this much of the answer. */
  async answering(question: string, bytes = 200): Promise<void> {
    await this.person.ask(question)
    await this.person.reads(bytes)
  }

  async close(): Promise<void> {
    for (const seat of this.#seats) seat.client.close()
    await this.person.leave()
  }
}
