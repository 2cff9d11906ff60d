// All texts of the page in English, one file for each part of the page. Another language would be another folder like this.
import { common } from './common.ts'
import { ending } from './ending.ts'
import { log } from './log.ts'
import { reading } from './reading.ts'
import { shell } from './shell.ts'
import { talking } from './talking.ts'
import { trouble } from './trouble.ts'

export const english = { common, ending, log, reading, shell, talking, trouble }
