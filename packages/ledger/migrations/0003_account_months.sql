-- What each account moved in a month, by journal: always the sum of the posted lines, kept by the statements that add, replace or remove
-- them, because a sum over a year of lines is no answer to a click.

CREATE TABLE gl_account_month (
  tenant_id        uuid NOT NULL,
  legal_entity_id  uuid NOT NULL,
  period_month     date NOT NULL,
  account          text COLLATE "C" NOT NULL,
  journal_code     text COLLATE "C" NOT NULL,
  -- The last one in the order of texts that any line of it bore.
  account_label    text,
  debit            numeric NOT NULL,
  credit           numeric NOT NULL,
  lines            bigint NOT NULL,
  PRIMARY KEY (tenant_id, legal_entity_id, period_month, account, journal_code),
  FOREIGN KEY (tenant_id, legal_entity_id) REFERENCES legal_entity (tenant_id, legal_entity_id)
) WITH (fillfactor = 70);

-- One statement, one change of each of its rows, in the order of their key, so that two intakes wait for each other and never both.
CREATE FUNCTION keep_account_months() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  added    text := '';
  removed  text := '';
  columns  text := 'tenant_id, legal_entity_id, period_month, account, journal_code, account_label';
BEGIN
  IF TG_OP <> 'DELETE' THEN
    added := format('SELECT %s, debit, credit, 1 AS lines FROM new_line WHERE posted', columns);
  END IF;
  IF TG_OP <> 'INSERT' THEN
    removed := format('SELECT %s, -debit, -credit, -1 FROM old_line WHERE posted', columns);
  END IF;
  EXECUTE format(
    'INSERT INTO gl_account_month AS m (%s, debit, credit, lines)
     SELECT tenant_id, legal_entity_id, period_month, account, journal_code, max(account_label), sum(debit), sum(credit), sum(lines)
       FROM (%s) moved(%s, debit, credit, lines)
      GROUP BY tenant_id, legal_entity_id, period_month, account, journal_code
      ORDER BY tenant_id, legal_entity_id, period_month, account, journal_code
     ON CONFLICT (tenant_id, legal_entity_id, period_month, account, journal_code) DO UPDATE
        SET debit = m.debit + excluded.debit, credit = m.credit + excluded.credit, lines = m.lines + excluded.lines,
            account_label = greatest(m.account_label, excluded.account_label)',
    columns, concat_ws(' UNION ALL ', NULLIF(added, ''), NULLIF(removed, '')), columns);
  RETURN NULL;
END $$;

CREATE TRIGGER gl_entry_line_added AFTER INSERT ON gl_entry_line
  REFERENCING NEW TABLE AS new_line FOR EACH STATEMENT EXECUTE FUNCTION keep_account_months();
CREATE TRIGGER gl_entry_line_changed AFTER UPDATE ON gl_entry_line
  REFERENCING OLD TABLE AS old_line NEW TABLE AS new_line FOR EACH STATEMENT EXECUTE FUNCTION keep_account_months();
CREATE TRIGGER gl_entry_line_removed AFTER DELETE ON gl_entry_line
  REFERENCING OLD TABLE AS old_line FOR EACH STATEMENT EXECUTE FUNCTION keep_account_months();

GRANT SELECT, INSERT, UPDATE ON gl_account_month TO prorata_app, prorata_intake;
GRANT SELECT ON gl_account_month TO prorata_reader;

SELECT wall('legal_entity', ARRAY['gl_account_month']);
