// The words of the dialogs and menus, which are loaded when one of them is opened. The same language as `language.ts`.
import { dialogs } from '../english/on-demand/dialogs.ts'

/** What every language has to say there. */
type DialogWords = typeof dialogs

export const dialogWords: DialogWords = dialogs
