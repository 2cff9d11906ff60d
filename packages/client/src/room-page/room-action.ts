/** The actions in the header and menu of a room. */
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
