import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import type { CliContext } from '../../../../platform/cli/context.ts';
import * as contract from '../../contract/absences.ts';
import { changeContactWishes } from '../../contract/people.ts';

/** `leadline oncall away|shadow`. */
export const registerAbsences = (oncall: Command, context: CliContext): void => {
  registerAway(oncall, context);
  registerShadow(oncall, context);
};

interface Away {
  readonly from?: string;
  readonly to?: string;
  readonly reason: string;
  readonly calendar?: string;
  readonly only: string;
  readonly takeBack?: string;
  readonly holidays?: string;
}

const registerAway = (oncall: Command, context: CliContext): void => {
  oncall
    .command('away')
    .argument('<person>')
    .option('--from <date>', '2026-12-24, or an instant')
    .option('--to <date>', 'a date is included')
    .option('--reason <words>', 'why', '')
    .option('--calendar <file>', 'an iCalendar of time off or public holidays instead; - reads standard input')
    .option('--only <words>', 'with --calendar: only events with this in their title', '')
    .option(
      '--holidays <region>',
      'public holidays of a country or a part of it are days away, such as DE-BY; "" for none',
    )
    .option('--take-back <id>', 'end this absence now')
    .description('When somebody cannot be on call; without options: what is known')
    .addHelpText(
      'after',
      '\nExamples:\n  $ leadline oncall away mira --from 2026-12-24 --to 2027-01-02 --reason holidays\n  $ leadline oncall away mira --calendar holidays-berlin.ics\n  $ leadline oncall away mira --holidays DE-BE',
    )
    .action(async (person: string, { from, to, reason, calendar, only, takeBack, holidays }: Away) => {
      const params = { person };
      if (takeBack !== undefined) return context.call(contract.deleteAbsence, { params: { person, id: takeBack } });
      if (holidays !== undefined) await context.call(changeContactWishes, { params, body: { holidays } });
      if (calendar !== undefined) {
        const body = { calendar: readFileSync(calendar === '-' ? 0 : calendar, 'utf8'), only };
        const found = await context.call(contract.importAbsences, { params, body });
        if (found.leftOut > 0) process.stderr.write(`${found.leftOut} events say what cannot be and were left out.\n`);
        return context.print(found.items, columns);
      }
      if (from !== undefined || to !== undefined) {
        const body = { from: from ?? to, to: to ?? from, reason };
        return context.print([await context.call(contract.createAbsence, { params, body })], columns);
      }
      context.print((await context.call(contract.listAbsences, { params })).items, columns);
    });
};

const columns = ['id', 'person', 'from', 'to', 'reason', 'origin'] as const;

interface Along {
  readonly person?: string;
  readonly of?: string;
  readonly reverse?: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly end?: string;
}

const registerShadow = (oncall: Command, context: CliContext): void => {
  oncall
    .command('shadow')
    .argument('<schedule>')
    .option('--person <person>', 'who goes along')
    .option('--of <person>', 'only with this person; absent: whoever is on call')
    .option('--reverse', 'the learner is paged, the other goes along')
    .option('--from <instant>', '2026-12-01T08:00:00Z')
    .option('--to <instant>')
    .option('--end <id>', 'end this one now')
    .description('Let somebody go along: told too, never counted on; without options: who does')
    .addHelpText(
      'after',
      '\nExample:\n  $ leadline oncall shadow payments --person nova --of mira --from 2026-12-01T08:00:00Z --to 2026-12-08T08:00:00Z',
    )
    .action(async (name: string, { end, reverse, person, ...said }: Along) => {
      const params = { name };
      if (end !== undefined) return context.call(contract.deleteShadowing, { params: { name, id: end } });
      if (person === undefined)
        return context.print((await context.call(contract.listShadowings, { params })).items, shadowColumns);
      const body = { ...said, person, mode: reverse ? 'reverse' : 'shadow' };
      context.print([await context.call(contract.createShadowing, { params, body })], shadowColumns);
    });
};

const shadowColumns = ['id', 'person', 'of', 'mode', 'from', 'to'] as const;
