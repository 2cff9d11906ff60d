/**
 * `POST /v1/messages` and `/v1/messages/count_tokens`: checks the request, determines the scenario, and answers
 * accordingly. Precedence: directive in the message, path, start option.
 * Without `stream` only scenarios that refuse or break before the first byte apply.
 */
import { composeAnswer } from './answer.ts'
import { lastSaid, type Library } from './content.ts'
import { directiveIn, type Choice } from './directive.ts'
import type { ApiError } from './errors.ts'
import { errorBody } from './errors.ts'
import { aborted, type Outlet } from './outlet.ts'
import { paceOf, type Pace, type PaceOption, type Timing } from './pace.ts'
import type { PromptCache } from './prompt-cache.ts'
import { seededRandom, seedFrom, type Random } from './random.ts'
import { checkRequest, type MessagesRequest } from './request.ts'
import type { StreamPlan } from './plan.ts'
import { findScenario, type Scenario } from './scenarios.ts'
import { finished } from './script.ts'
import { streamAnswer } from './stream.ts'
import type { Tally } from './tally.ts'
import { commonHeaders } from './wire.ts'

export type MessagesContext = {
  readonly seed: number
  readonly pace: PaceOption
  readonly defaultChoice: Choice
  readonly library: Library
  readonly cache: PromptCache
  /** How often each conversation's last question has been asked. */
  readonly tally: Tally
  readonly timing: Timing
}

const DEFAULT_HOLD_MS = 30_000

export async function answerMessages(
  context: MessagesContext,
  outlet: Outlet,
  pathChoice: Choice,
): Promise<void> {
  const checked = checkRequest(outlet.record.body, 'answer')
  if (!checked.ok) return await sendError(outlet, checked.error, context.timing)
  const { request } = checked
  const directive = directiveIn(lastSaid(request.turns))
  const choice = { ...context.defaultChoice, ...pathChoice, ...directive }
  const key = keyOf(request)
  const scenario = chooseScenario(choice, context.tally, choice.id ?? key)
  outlet.record.scenario = scenario.name
  const { plan } = scenario
  switch (plan.kind) {
    case 'http-error': {
      const error = withRetryHeaders(plan.error, choice)
      if (plan.html === true) return await sendHtml(outlet, error, context.timing)
      return await sendError(outlet, error, context.timing)
    }
    case 'no-headers':
      if (plan.then === 'wait') return await aborted(outlet.closed)
      return await outlet.break(plan.then)
    case 'stream': {
      // The nth request with the same question gets the nth answer, so that a retry is worth watching.
      const time = context.tally.count(`answer ${key}`)
      const random = seededRandom(seedFrom(choice.seed ?? context.seed, key, time))
      return await answerInFull(context, outlet, { request, choice, plan, random })
    }
  }
}

export async function answerCountTokens(context: MessagesContext, outlet: Outlet): Promise<void> {
  const checked = checkRequest(outlet.record.body, 'count')
  if (!checked.ok) return await sendError(outlet, checked.error, context.timing)
  await sendJson(outlet, { input_tokens: checked.request.inputTokens }, context.timing)
}

/** A JSON body with status 200. */
export async function sendJson(outlet: Outlet, body: object, timing: Timing): Promise<void> {
  const headers = {
    ...commonHeaders(outlet.record.id, timing.now()),
    'content-type': 'application/json',
  }
  outlet.open(200, headers)
  await outlet.finish('completed', JSON.stringify(body))
}

/** An HTTP error with the documented body. */
export async function sendError(outlet: Outlet, error: ApiError, timing: Timing): Promise<void> {
  const { id } = outlet.record
  outlet.open(error.status, {
    ...commonHeaders(id, timing.now()),
    'content-type': 'application/json',
    ...error.headers,
  })
  await outlet.finish('completed', JSON.stringify(errorBody(error, id)))
}

async function sendHtml(outlet: Outlet, error: ApiError, timing: Timing): Promise<void> {
  outlet.open(error.status, {
    ...commonHeaders(outlet.record.id, timing.now()),
    'content-type': 'text/html',
    ...error.headers,
  })
  const title = `${error.status} ${error.message}`
  await outlet.finish(
    'completed',
    `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`,
  )
}

type Turn = {
  readonly request: MessagesRequest
  readonly choice: Choice
  readonly plan: StreamPlan
  readonly random: Random
}

async function answerInFull(context: MessagesContext, outlet: Outlet, turn: Turn): Promise<void> {
  const { request, choice, random } = turn
  const { timing, library } = context
  const pace = paceFor(context.pace, choice)
  const plan = planFor(turn.plan, choice)
  const cached = context.cache.use(request)
  const answer = composeAnswer({ request, choice, plan, library, cached, random })
  if (!request.stream) {
    await timing.sleep(random.between(...pace.firstTextMs), outlet.closed)
    outlet.record.text = answer.text
    return await sendJson(outlet, finished(answer), timing)
  }
  await streamAnswer(outlet, answer, {
    plan,
    pace,
    holdMs: choice.hold ?? DEFAULT_HOLD_MS,
    timing,
    random,
    headers: {
      ...commonHeaders(outlet.record.id, timing.now()),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
    },
  })
}

function chooseScenario(choice: Choice, tally: Tally, key: string): Scenario {
  const normal = scenarioNamed('normal')
  const chosen = choice.scenario === undefined ? normal : scenarioNamed(choice.scenario)
  const attempts = choice.attempts ?? chosen.attempts
  if (attempts === undefined) return chosen
  return tally.count(`attempt ${key}`) <= attempts ? chosen : normal
}

function scenarioNamed(name: string): Scenario {
  const scenario = findScenario(name)
  if (scenario === undefined) throw new RangeError(`there is no scenario "${name}"`)
  return scenario
}

/** The key of a question in its conversation; a repeated request has the same key. */
function keyOf(request: MessagesRequest): string {
  const texts = [...request.system, ...request.turns.flatMap((turn) => turn.blocks)]
  return String(seedFrom(request.model.id, ...texts.map((block) => block.text)))
}

function withRetryHeaders(error: ApiError, choice: Choice): ApiError {
  const headers: Record<string, string> = { ...error.headers }
  for (const name of ['retry-after', 'retry-after-ms', 'x-should-retry'] as const) {
    const value = choice[name]
    if (value !== undefined) headers[name] = value
  }
  return { ...error, headers }
}

function planFor(plan: StreamPlan, choice: Choice): StreamPlan {
  const { fault } = plan
  if (fault?.at !== 'text_deltas' || choice.after === undefined) return plan
  return { ...plan, fault: { ...fault, after: choice.after } }
}

function paceFor(option: PaceOption, choice: Choice): Pace {
  const pace = paceOf(choice.pace ?? option)
  const fixed = (value: number | undefined, name: 'firstTextMs' | 'gapMs' | 'chunkChars') =>
    value === undefined ? {} : { [name]: [value, value] as const }
  return {
    ...pace,
    ...fixed(choice.first, 'firstTextMs'),
    ...fixed(choice.gap, 'gapMs'),
    ...fixed(choice.chunk, 'chunkChars'),
    ...(choice.gap === undefined ? {} : { burst: { chance: 0, deltas: [1, 1] } }),
    ...(choice.ping === undefined ? {} : { pingMs: Math.max(1, choice.ping) }),
  }
}
