/** Arguments of the embedded engine, in the form of `clickhouse local`'s command line. */
export const connectionArguments = (_folder: string): string[] => [];
