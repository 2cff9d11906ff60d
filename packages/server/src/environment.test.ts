import { describe, expect, it } from 'vitest'
import { VARIABLES } from './config.ts'
import { readEnvironment } from './environment.ts'

const read = (environment: Record<string, string>, file: string | null = null) =>
  readEnvironment(environment, file, VARIABLES)

describe('the environment', () => {
  it('overrides the file', () => {
    const { environment, faults } = read({ PORT: '1' }, 'PORT=2\nHOST=127.0.0.1\n')
    expect(environment).toEqual({ PORT: '1', HOST: '127.0.0.1' })
    expect(faults).toEqual([])
  })

  it('is read from a file with a byte order mark and Windows line ends', () => {
    expect(read({}, '\uFEFFPORT=2\r\nHOST=::1\r\n').environment).toEqual({ PORT: '2', HOST: '::1' })
  })

  it.each([
    ['SHUTDOWN_M', 'SHUTDOWN_MS'],
    ['ANTROPIC_API_KEY', 'ANTHROPIC_API_KEY'],
    ['ANTHROPIC_APIKEY', 'ANTHROPIC_API_KEY'],
    ['REDIS_URI', 'REDIS_URL'],
    ['TRUST_PROXIES', 'TRUST_PROXY'],
    ['public_url', 'PUBLIC_URL'],
  ])('names %s as a mistake for %s', (name, meant) => {
    const said = [expect.stringMatching(`^${name} .*did you mean ${meant}\\.$`)]
    expect(read({}, `${name}=x`).faults).toEqual(said)
    // Other programs have variables too, so only a very close name counts as a misspelling.
    if (name !== 'TRUST_PROXIES') expect(read({ [name]: 'x' }).faults).toEqual(said)
  })

  it('refuses unknown variables in the file, except those of other programs', () => {
    expect(
      read({}, 'GREETING=hello\nCOMPOSE_PROJECT_NAME=x\nNODE_OPTIONS=\nTZ=UTC').faults,
    ).toEqual([expect.stringMatching(/^GREETING in \.env is no variable of Roomcast/)])
  })

  it('leaves the variables of a machine alone', () => {
    const machine = {
      ...{ PATH: '', HOME: '', HOSTNAME: '', MODE: 'production', PWD: '', SHELL: '', TERM: '' },
      ...{
        npm_lifecycle_event: '',
        INIT_CWD: '',
        NODE_ENV: '',
        REDIS_PORT: 'tcp://…',
        LOGNAME: '',
      },
      ...{ ANTHROPIC_AUTH_TOKEN: '', ANTHROPIC_LOG: '', DATABASE_URL: '', KUBERNETES_PORT: '' },
    }
    expect(read(machine).faults).toEqual([])
  })
})
