import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ConfigError, readConfig, VARIABLES } from './config.ts'

const KEY = '0123456789abcdef'.repeat(4)

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.lines
    throw error
  }
  return []
}

describe('readConfig', () => {
  it('works without any variable', () => {
    expect(readConfig({})).toEqual({
      port: 3000,
      host: '127.0.0.1',
      dataDirectory: './data',
      storage: { kind: 'sqlite' },
      signingKey: undefined,
      publicUrl: undefined,
      allowedOrigins: [],
      claude: { kind: 'simulated', pace: 'real', seed: undefined },
      model: 'claude-opus-5-5',
      maxTokens: 16_000,
      promptTokens: 150_000,
      thinking: false,
      logLevel: 'info',
      logFormat: 'auto',
      firstEventMs: 60_000,
      silenceMs: 90_000,
      answerMs: 900_000,
      shutdownMs: 120_000,
      inviteDays: 7,
      sessionDays: 90,
      trustProxy: false,
      operatorPort: undefined,
      operatorHost: '127.0.0.1',
      maxRunning: 32,
      maxRunningPerMember: 4,
      maxRunningPerAddress: 8,
      questionsPerMember: 20,
      questionsPerAddress: 60,
      dailyTokens: undefined,
      spendingOff: false,
      startCode: undefined,
    })
  })

  it.each([
    [{}, true],
    [{ HOST: '127.0.0.1' }, true],
    [{ HOST: '127.3.2.1' }, true],
    [{ HOST: '::1' }, true],
    [{ HOST: 'localhost' }, true],
    [{ HOST: '0.0.0.0' }, false],
    [{ HOST: '::' }, false],
    [{ HOST: '192.168.1.7' }, false],
    [{ HOST: '127.0.0.1.example.org' }, false],
    [{ HOST: 'localhost', PUBLIC_URL: 'https://rooms.example.org' }, false],
    [{ TRUST_PROXY: '1' }, false],
    [{ TRUST_PROXY: 'false' }, true],
    [{ ALLOWED_ORIGINS: 'https://rooms.example.org' }, false],
    [{ HOST: '0.0.0.0', START_CODE: '12345678' }, true],
    [{ HOST: '0.0.0.0', OPEN: 'yes' }, true],
    [{ HOST: '0.0.0.0', OPEN: 'no' }, false],
  ])('with a key and %j may start: %s', (address, may) => {
    const faults = faultsOf({ ...address, ANTHROPIC_API_KEY: 'key' })
    expect(faults).toHaveLength(may ? 0 : 2)
    expect(faultsOf(address)).toEqual([])
  })

  it('accepts a Redis with the key that all nodes share', () => {
    const config = readConfig({
      REDIS_URL: 'redis://one:6379, rediss://user:secret@two:6380',
      REDIS_MODE: 'cluster',
      REDIS_NAMESPACE: 'staging',
      SIGNING_KEY: KEY,
    })
    expect(config.storage).toEqual({
      kind: 'redis',
      urls: ['redis://one:6379', 'rediss://user:secret@two:6380'],
      cluster: true,
      namespace: 'staging',
      signingKey: Buffer.from(KEY, 'hex'),
    })
  })

  it('refuses a Redis without a key, with a short key, or with the wrong mode', () => {
    expect(faultsOf({ REDIS_URL: 'redis://one' })).toEqual([
      expect.stringContaining('REDIS_URL is set but SIGNING_KEY is missing'),
    ])
    expect(faultsOf({ REDIS_URL: 'redis://one', SIGNING_KEY: KEY.slice(2) })).toEqual([
      expect.stringContaining('SIGNING_KEY must be 64 hexadecimal digits'),
    ])
    expect(faultsOf({ REDIS_URL: 'redis://one,redis://two', SIGNING_KEY: KEY })).toEqual([
      expect.stringContaining('set REDIS_MODE to cluster'),
    ])
    expect(faultsOf({ REDIS_URL: 'http://one', SIGNING_KEY: KEY })).toEqual([
      expect.stringContaining('REDIS_URL must be a redis://'),
    ])
  })

  it('uses the set variables, and ignores blank and foreign ones', () => {
    const config = readConfig({
      PORT: '0',
      HOST: ' 0.0.0.0 ',
      PUBLIC_URL: 'https://Rooms.example.org/',
      ALLOWED_ORIGINS: 'http://a.test:81, https://b.test:443',
      ANTHROPIC_API_KEY: 'key',
      ANTHROPIC_BASE_URL: 'http://127.0.0.1:9/some/prefix/',
      MODEL: '  ',
      TRUST_PROXY: '2',
      OPERATOR_PORT: '9464',
      OPERATOR_HOST: '::1',
      OPEN: 'yes',
      SOMETHING: 'else',
    })
    expect(config.port).toBe(0)
    expect(config.host).toBe('0.0.0.0')
    expect(config.publicUrl).toBe('https://rooms.example.org')
    expect(config.allowedOrigins).toEqual([
      'https://rooms.example.org',
      'http://a.test:81',
      'https://b.test',
    ])
    expect(config.claude).toEqual({
      kind: 'api',
      apiKey: 'key',
      baseUrl: 'http://127.0.0.1:9/some/prefix',
    })
    expect(config.model).toBe('claude-opus-5-5')
    expect(config.trustProxy).toBe(2)
    expect([config.operatorPort, config.operatorHost]).toEqual([9464, '::1'])
  })

  it('reports every fault at once, in sentences', () => {
    const lines = faultsOf({
      PORT: '70000',
      PUBLIC_URL: 'https://rooms.example.org/path',
      ALLOWED_ORIGINS: 'https://fine.test,*',
      ANTHROPIC_BASE_URL: 'ftp://somewhere',
      LOG_LEVEL: 'loud',
      MAX_TOKENS: '-1',
      SIMULATOR_PACE: 'slow',
      TRUST_PROXY: 'yes',
      OPERATOR_PORT: '65536',
    })
    expect(lines).toEqual([
      'PORT must be a whole number from 0 to 65535.',
      'PUBLIC_URL must be an http or https origin without a path, such as https://rooms.example.org.',
      'ALLOWED_ORIGINS must be origins such as https://rooms.example.org, separated by commas.',
      'ANTHROPIC_BASE_URL must be an http or https URL without a query.',
      'MAX_TOKENS must be a whole number from 1 to 1000000.',
      'LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent.',
      'SIMULATOR_PACE must be one of real, fast, instant.',
      'TRUST_PROXY must be false or the number of proxies in front, 10 at most.',
      'OPERATOR_PORT must be a whole number from 0 to 65535.',
      'ANTHROPIC_BASE_URL is set but ANTHROPIC_API_KEY is missing; set the key, or neither.',
    ])
  })

  it('does not repeat a faulty key', () => {
    const lines = faultsOf({ ANTHROPIC_API_KEY: 'my secret' })
    expect(lines).toHaveLength(1)
    expect(lines.join()).toContain('ANTHROPIC_API_KEY')
    expect(lines.join()).not.toContain('secret')
  })
})

describe('.env.example', () => {
  const file = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8')
  const lines = [...file.matchAll(/^#([A-Z_]+)=(.*)$/gm)]

  it('names every variable, and no other', () => {
    expect(lines.map(([, name]) => name).sort()).toEqual([...VARIABLES].sort())
  })

  it('explains every variable', () => {
    for (const [, name] of lines) expect(file).toMatch(new RegExp(`^# .+\\n#${name}=`, 'm'))
  })

  it('shows valid values, and the default if there is one', () => {
    const shown = Object.fromEntries(lines.map(([, name = '', value = '']) => [name, value]))
    expect(
      faultsOf({ ...shown, ANTHROPIC_API_KEY: 'key', SIGNING_KEY: KEY, START_CODE: 'x'.repeat(8) }),
    ).toEqual([])
    for (const name of [
      'REDIS_URL',
      'PUBLIC_URL',
      'ALLOWED_ORIGINS',
      'ANTHROPIC_BASE_URL',
      'SIMULATOR_SEED',
      'OPERATOR_PORT',
    ]) {
      delete shown[name]
    }
    expect(readConfig(shown)).toEqual(readConfig({}))
  })
})
