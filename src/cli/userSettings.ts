import { initialSettings, type Settings } from '../ui/state.ts';

/** What a person may set for all workspaces. */
export interface UserSettings extends Settings {
  /** Whether clicks and the wheel are the control room's. */
  readonly mouse: boolean;
  /** Program and arguments that are run with title and text of each notification; none when empty. */
  readonly notifyCommand: readonly string[];
  /** False does what NO_COLOR does; true gives way to it. */
  readonly color: boolean;
}

export const usualSettings: UserSettings = {
  ...initialSettings,
  mouse: true,
  color: true,
  notifyCommand: [],
};

export interface SettingsRead {
  readonly settings: UserSettings;
  /** A line for each thing that is wrong; in its place the usual is used. */
  readonly problems: readonly string[];
}
