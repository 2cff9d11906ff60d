/** What can be done with a room besides talking in it. */
export type RoomAction =
  | 'invite'
  | 'search'
  | 'settings'
  | 'personal'
  | 'markdown'
  | 'json'
  | 'shortcuts'
  | 'preferences'
  | 'leave'
  | 'delete'
