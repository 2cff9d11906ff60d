// Words that entries and commands share.

/** How a generation can end; the first end wins. */
export const OUTCOMES = ['completed', 'cancelled', 'failed', 'interrupted'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** Why a generation runs: a question, the same question again, or the rest of an earlier reply. */
export const MODES = ['answer', 'retry', 'continue'] as const
export type Mode = (typeof MODES)[number]

export const ROLES = ['owner', 'member'] as const
export type Role = (typeof ROLES)[number]

/** Members who may make invite links and end them: everyone, or the owner alone. */
export const INVITERS = ['all', 'owner'] as const
export type Inviters = (typeof INVITERS)[number]
