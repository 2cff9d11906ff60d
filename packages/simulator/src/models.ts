/**
 * The models that this simulator knows, with the limits and thinking modes of the real ones, and the
 * bodies of `GET /v1/models` and `GET /v1/models/:id`.
 * Source of limits and modes: the vendor's model pages, read in November 2026.
 */
import { invalid, notFound, type ApiError } from './errors.ts'

export type ThinkingType = 'adaptive' | 'enabled' | 'disabled' | 'between_tools'

export type SimulatedModel = {
  readonly id: string
  readonly displayName: string
  readonly line: 'haiku' | 'sonnet' | 'opus'
  readonly createdAt: string
  readonly maxInputTokens: number
  readonly maxTokens: number
  readonly thinking: readonly ThinkingType[]
}

export const MODELS: readonly SimulatedModel[] = [
  {
    id: 'claude-opus-5-5',
    displayName: 'Claude Opus 5.5',
    line: 'opus',
    createdAt: '2026-10-06T00:00:00Z',
    maxInputTokens: 1_000_000,
    maxTokens: 128_000,
    thinking: ['adaptive'],
  },
  {
    id: 'claude-sonnet-5-5',
    displayName: 'Claude Sonnet 5.5',
    line: 'sonnet',
    createdAt: '2026-09-15T00:00:00Z',
    maxInputTokens: 1_000_000,
    maxTokens: 128_000,
    thinking: ['adaptive', 'between_tools'],
  },
  {
    id: 'claude-haiku-5-5',
    displayName: 'Claude Haiku 5.5',
    line: 'haiku',
    createdAt: '2026-09-01T00:00:00Z',
    maxInputTokens: 1_000_000,
    maxTokens: 128_000,
    thinking: ['adaptive', 'disabled'],
  },
]

export function findModel(id: string): SimulatedModel | undefined {
  return MODELS.find((model) => model.id === id)
}

export type Listed =
  { readonly ok: true; readonly body: object } | { readonly ok: false; readonly error: ApiError }

/** `GET /v1/models`: pages by `limit` (1 to 1000), `after_id` and `before_id`. */
export function listModels(query: URLSearchParams): Listed {
  const limit = Number(query.get('limit') ?? '20')
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
    return { ok: false, error: invalid('limit: Input should be between 1 and 1000') }
  }
  const ids = MODELS.map((model) => model.id)
  const afterId = query.get('after_id')
  const beforeId = query.get('before_id')
  const from = afterId === null ? 0 : ids.indexOf(afterId) + 1
  const before = beforeId === null ? -1 : ids.indexOf(beforeId)
  const rest = MODELS.slice(from, before === -1 ? undefined : before)
  const data = rest.slice(0, limit).map(modelInfo)
  return {
    ok: true,
    body: {
      data,
      has_more: rest.length > data.length,
      first_id: data[0]?.id ?? null,
      last_id: data.at(-1)?.id ?? null,
    },
  }
}

/** `GET /v1/models/:id`. */
export function retrieveModel(id: string): Listed {
  const model = findModel(id)
  if (model === undefined) return { ok: false, error: notFound(`model: ${id}`) }
  return { ok: true, body: modelInfo(model) }
}

function modelInfo(model: SimulatedModel) {
  const yes = { supported: true }
  const no = { supported: false }
  const mode = (type: ThinkingType) => ({ supported: model.thinking.includes(type) })
  return {
    id: model.id,
    type: 'model',
    display_name: model.displayName,
    created_at: model.createdAt,
    deprecated_at: null,
    retires_at: null,
    lifecycle: 'active',
    line: model.line,
    max_input_tokens: model.maxInputTokens,
    max_tokens: model.maxTokens,
    capabilities: {
      batch: yes,
      citations: no,
      code_execution: no,
      context_management: {
        supported: false,
        clear_thinking_20251015: no,
        clear_tool_uses_20250919: no,
        compact_20260112: no,
      },
      effort: { supported: true, low: yes, medium: yes, high: yes, xhigh: yes, max: yes },
      image_input: no,
      pdf_input: no,
      server_tools: { supported: false, code_execution: no, web_search: no },
      structured_outputs: no,
      thinking: {
        supported: true,
        types: {
          adaptive: mode('adaptive'),
          between_tools: mode('between_tools'),
          disabled: mode('disabled'),
          enabled: mode('enabled'),
        },
      },
    },
  }
}
