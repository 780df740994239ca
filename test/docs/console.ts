/** What a page shows is run: the lines after `$ npx pixy` in its console blocks, and what its comments name. */
export type Stage = {
  /** Runs one command line of `pixy` and returns what it wrote. */
  pixy: (argv: string[]) => Promise<string>;
  /** What `<!-- play: name -->` stands for. */
  play: (name: string) => Promise<void>;
};

const parts = /```console\n\$ npx pixy ([^\n]*)\n(?:.*?)```|<!-- play: ([a-z ]+) -->/gs;

/** The page with the output that its commands really have. */
export async function rerun(page: string, { pixy, play }: Stage): Promise<string> {
  let result = '';
  let end = 0;
  for (const match of page.matchAll(parts)) {
    const [all, command, name] = match;
    result += page.slice(end, match.index);
    end = match.index + all.length;
    if (command === undefined) {
      await play(name ?? '');
      result += all;
    } else {
      const output = await pixy(words(command));
      result += `\`\`\`console\n$ npx pixy ${command}\n${output.trimEnd()}\n\`\`\``;
    }
  }
  return result + page.slice(end);
}

/** Words as a shell reads them: quoted or not. */
const words = (line: string): string[] =>
  Array.from(line.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, plain]) => quoted ?? plain ?? '');
