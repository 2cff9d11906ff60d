import * as v from 'valibot'

/** Everything up to now has been sent; what follows is live. */
export const syncedSchema = v.object({ type: v.literal('synced') })
export type Synced = { readonly type: 'synced' }
