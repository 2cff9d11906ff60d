// The texts of the dialogs and menus, loaded when the first of them opens. The same language as `language.ts`.
import { dialogs } from '../english/on-demand/dialogs.ts'

/** The texts that every language must provide here. */
type DialogWords = typeof dialogs

export const dialogWords: DialogWords = dialogs
