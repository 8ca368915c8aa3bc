/**
 * From a line of the bundle to the author's file and line.
 *
 * The table that the builder writes: `files` are paths relative to the project, `runs` is text, so that the snapshot holds one string
 * instead of thousands of numbers. A run is a stretch of bundle lines that come, one by one, from consecutive lines of one file:
 *
 *     runs  = run (";" run)*
 *     run   = skip "," file "," delta "," count          each a decimal integer
 *
 *     skip   bundle lines between the end of the run before (at first: line 1) and this run
 *     file   index into `files`
 *     delta  source line of the run's first line, less the line that would have followed the previous run of the SAME file (at first: 1)
 *     count  how many bundle lines, at least 1; where several bundle lines come from one source line, each is a run with the delta -1
 *
 * What a bundle line holds of further source lines, as a chain of calls does that was written over several, is in `inner`:
 *
 *     inner = piece (";" piece)*, or nothing
 *     piece = line "," column "," file "," source        the piece begins at that column of that bundle line, and reaches to the next
 *
 * Lines of no run (libraries, the runtime) have no place; their frames are left out of what authors see. Line numbers begin with 1 and
 * are those of the module as the engine evaluates it.
 */
export interface LineTable {
    files: string[];
    runs: string;
    inner?: string | undefined;
}

/** Where something stands in the author's project. */
export interface Place {
    file: string;
    line: number;
}

interface Run {
    start: number;
    end: number;
    file: string;
    line: number;
}

/** Looks lines up; the text is taken apart when the first error asks. */
export class Lines {
    private runs: Run[] | undefined;

    constructor(private readonly table: LineTable | undefined) {}

    find(line: number, column = 1): Place | undefined {
        return this.findInner(line, column) ?? this.findRun(line);
    }

    private findInner(line: number, column: number): Place | undefined {
        let found: Place | undefined;
        for (const text of this.table?.inner?.split(';') ?? []) {
            const [at = 0, start = 0, file = 0, source = 0] = text.split(',').map(Number);
            if (at === line && start <= column) {
                found = { file: this.table?.files[file] ?? '?', line: source };
            }
        }
        return found;
    }

    private findRun(line: number): Place | undefined {
        this.runs ??= decode(this.table);
        let low = 0;
        let high = this.runs.length - 1;
        while (low <= high) {
            const middle = (low + high) >> 1;
            const run = this.runs[middle]!;
            if (line < run.start) {
                high = middle - 1;
            } else if (line >= run.end) {
                low = middle + 1;
            } else {
                return { file: run.file, line: run.line + (line - run.start) };
            }
        }
        return undefined;
    }
}

function decode(table: LineTable | undefined): Run[] {
    if (!table || table.runs === '') {
        return [];
    }
    const expected: number[] = [];
    let bundle = 1;
    return table.runs.split(';').map((text) => {
        const [skip = 0, file = 0, delta = 0, count = 0] = text.split(',').map(Number);
        const start = bundle + skip;
        const line = (expected[file] ?? 1) + delta;
        bundle = start + count;
        expected[file] = line + count;
        return { start, end: bundle, file: table.files[file] ?? '?', line };
    });
}
