import manifest from '../../package.json' with { type: 'json' };

/** Of this program; daemons and clients tell it to each other for messages only. */
export const version: string = manifest.version;
