import type { MigrationInterface, QueryRunner } from 'typeorm';

/*
 * What tells of what happened (`Events1768000000000`): a trigger at each table, in a migration of its own, so that no more than one table that has traffic is locked at
 * once. Each works with its owner's rights, and row security binds it as it binds whoever caused it: processes of the release before, which know nothing of events, tell
 * of what they do too.
 */

/** A draft may come to the same state again; what was sealed comes to each state once in an attempt. */
export class EventsOfMessages1768000001000 implements MigrationInterface {
  readonly name = 'EventsOfMessages1768000001000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ${telling('message')}
        PERFORM gateway.tell(NEW.authority, 'message.' || NEW.state,
          NEW.message_id || '.' || NEW.attempt || CASE WHEN NEW.manifest_sha256 IS NULL THEN '.' || extract(epoch FROM NEW.changed_at) ELSE '' END,
          NEW.changed_at, NEW.message_id, NEW.referral_id, r.case_id, r.type, NULL, NULL)
          FROM gateway.referral r WHERE r.authority = NEW.authority AND r.id = NEW.referral_id;
        RETURN NULL;
      END $$;
      CREATE TRIGGER tell_first AFTER INSERT ON gateway.message FOR EACH ROW EXECUTE FUNCTION gateway.tell_of_message();
      CREATE TRIGGER tell_next AFTER UPDATE OF state, attempt ON gateway.message FOR EACH ROW
        WHEN (NEW.state <> OLD.state OR NEW.attempt <> OLD.attempt) EXECUTE FUNCTION gateway.tell_of_message();`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(
      `DROP TRIGGER tell_first ON gateway.message; DROP TRIGGER tell_next ON gateway.message; DROP FUNCTION gateway.tell_of_message;`,
    );
  }
}

/** A receipt may overtake the decision that it is for, and then the message passes by a state: the decision itself is told in any case. */
export class EventsOfStatements1768000002000 implements MigrationInterface {
  readonly name = 'EventsOfStatements1768000002000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ${telling('statement', 'sent record;')}
        SELECT r.id, r.case_id, r.type INTO sent FROM gateway.message m
          JOIN gateway.referral r ON r.authority = m.authority AND r.id = m.referral_id
          WHERE m.authority = NEW.authority AND m.message_id = NEW.message_id;
        PERFORM gateway.tell(NEW.authority,
          CASE NEW.kind WHEN 'decision' THEN 'decision.recorded' WHEN 'receipt-recorded' THEN 'receipt.recorded' ELSE 'notice.recorded' END,
          NEW.entry_id::text, clock_timestamp(), NEW.message_id, sent.id, sent.case_id, sent.type, NULL,
          CASE WHEN NEW.kind NOT IN ('decision', 'receipt-recorded') THEN NEW.kind END);
        RETURN NULL;
      END $$;
      CREATE TRIGGER tell AFTER INSERT ON gateway.statement FOR EACH ROW EXECUTE FUNCTION gateway.tell_of_statement();`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TRIGGER tell ON gateway.statement; DROP FUNCTION gateway.tell_of_statement;`);
  }
}

export class EventsOfDues1768000003000 implements MigrationInterface {
  readonly name = 'EventsOfDues1768000003000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ${telling('due')}
        PERFORM gateway.tell(NEW.authority, 'receipt.overdue', NEW.message_id || '.' || m.attempt || '.' || NEW.what,
          NEW.alarmed_at, NEW.message_id, r.id, r.case_id, r.type, NULL, NEW.what)
          FROM gateway.message m JOIN gateway.referral r ON r.authority = m.authority AND r.id = m.referral_id
          WHERE m.authority = NEW.authority AND m.message_id = NEW.message_id;
        RETURN NULL;
      END $$;
      CREATE TRIGGER tell AFTER UPDATE OF alarmed_at ON gateway.due FOR EACH ROW
        WHEN (OLD.alarmed_at IS NULL AND NEW.alarmed_at IS NOT NULL) EXECUTE FUNCTION gateway.tell_of_due();`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TRIGGER tell ON gateway.due; DROP FUNCTION gateway.tell_of_due;`);
  }
}

/** Its retraction may have come before it. */
export class EventsOfDeliveries1768000004000 implements MigrationInterface {
  readonly name = 'EventsOfDeliveries1768000004000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ${telling('delivery')}
        PERFORM gateway.tell(NEW.authority, 'delivery.received', NEW.message_id || '.' || NEW.attempt, NEW.received_at, NEW.message_id,
          NULL, NEW.case_id, NEW.type, NEW.delivery_number, NULL);
        PERFORM gateway.tell(NEW.authority, 'delivery.retracted', r.message_id || '.' || r.retraction_id, NEW.received_at, NEW.message_id,
          NULL, NEW.case_id, NEW.type, NEW.delivery_number, NULL)
          FROM gateway.received_retraction r WHERE (r.authority, r.message_id, r.sender, r.attempt, r.jwe_sha256)
            = (NEW.authority, NEW.message_id, NEW.sender, NEW.attempt, NEW.jwe_sha256);
        RETURN NULL;
      END $$;
      CREATE TRIGGER tell AFTER INSERT ON gateway.delivery FOR EACH ROW EXECUTE FUNCTION gateway.tell_of_delivery();`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TRIGGER tell ON gateway.delivery; DROP FUNCTION gateway.tell_of_delivery;`);
  }
}

/** What names another seal is of no message here. */
export class EventsOfRetractions1768000005000 implements MigrationInterface {
  readonly name = 'EventsOfRetractions1768000005000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ${telling('received_retraction')}
        PERFORM gateway.tell(NEW.authority, 'delivery.retracted', NEW.message_id || '.' || NEW.retraction_id, NEW.received_at, NEW.message_id,
          NULL, d.case_id, d.type, d.delivery_number, NULL)
          FROM gateway.delivery d WHERE (d.authority, d.message_id, d.sender, d.attempt, d.jwe_sha256)
            = (NEW.authority, NEW.message_id, NEW.sender, NEW.attempt, NEW.jwe_sha256);
        RETURN NULL;
      END $$;
      CREATE TRIGGER tell AFTER INSERT ON gateway.received_retraction FOR EACH ROW EXECUTE FUNCTION gateway.tell_of_received_retraction();`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(
      `DROP TRIGGER tell ON gateway.received_retraction; DROP FUNCTION gateway.tell_of_received_retraction;`,
    );
  }
}

export class EventsOfIncidents1768000006000 implements MigrationInterface {
  readonly name = 'EventsOfIncidents1768000006000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ${telling('incident')}
        PERFORM gateway.tell(NEW.authority, 'incident.opened', NEW.incident_id::text, NEW.opened_at, NEW.message_id,
          NULL, NULL, NULL, NULL, NEW.side);
        RETURN NULL;
      END $$;
      CREATE TRIGGER tell AFTER INSERT ON gateway.incident FOR EACH ROW EXECUTE FUNCTION gateway.tell_of_incident();`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TRIGGER tell ON gateway.incident; DROP FUNCTION gateway.tell_of_incident;`);
  }
}

export class EventsOfIncidentClocks1768000007000 implements MigrationInterface {
  readonly name = 'EventsOfIncidentClocks1768000007000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ${telling('incident_clock')}
        PERFORM gateway.tell(NEW.authority, 'incident.clock-ran-out', NEW.incident_id || '.' || NEW.clock, NEW.alarmed_at, i.message_id,
          NULL, NULL, NULL, NULL, NEW.clock)
          FROM gateway.incident i WHERE i.authority = NEW.authority AND i.incident_id = NEW.incident_id;
        RETURN NULL;
      END $$;
      CREATE TRIGGER tell AFTER UPDATE OF alarmed_at ON gateway.incident_clock FOR EACH ROW
        WHEN (OLD.alarmed_at IS NULL AND NEW.alarmed_at IS NOT NULL) EXECUTE FUNCTION gateway.tell_of_incident_clock();`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TRIGGER tell ON gateway.incident_clock; DROP FUNCTION gateway.tell_of_incident_clock;`);
  }
}

/** Of the function that a table's trigger runs, up to its body. Called by nobody else: its result is a trigger. */
const telling = (table: string, variables = ''): string => `
      CREATE FUNCTION gateway.tell_of_${table}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
      ${variables === '' ? '' : `DECLARE ${variables}`}
      BEGIN`;
