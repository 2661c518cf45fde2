-- What a user sees of a job: asked for, at work, done. The queue itself is graphile-worker's, in a schema of its own that only
-- its owner reaches; a row here and its place in the queue are made by one transaction.

CREATE TABLE job (
  tenant_id         uuid NOT NULL,
  legal_entity_id   uuid NOT NULL,
  job_id            uuid NOT NULL,
  kind              text NOT NULL CHECK (kind ~ '^[a-z][a-z0-9_.-]{0,63}$'),
  status            text NOT NULL DEFAULT 'QUEUED'
                    CHECK (status IN ('QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED')),
  payload           json NOT NULL,
  -- On whose behalf the job runs: the context of whoever asked for it, as it was then.
  context           json NOT NULL,
  -- While a job with a key is not finished, asking for it again answers that one.
  job_key           text CHECK (length(job_key) BETWEEN 1 AND 255),
  run_at            timestamptz NOT NULL,
  max_attempts      integer NOT NULL CHECK (max_attempts > 0),
  attempts          integer NOT NULL DEFAULT 0,
  -- Attempts that were cut off, by a kill or a stop, since the job last reported progress.
  interruptions     integer NOT NULL DEFAULT 0,
  -- Grows with each attempt: a worker that was thought dead finds another number and may write nothing more.
  epoch             integer NOT NULL DEFAULT 0,
  cancel_requested  boolean NOT NULL DEFAULT false,
  progress          json,
  result            json,
  problem           json,
  created_by        uuid NOT NULL,
  correlation_id    uuid NOT NULL,
  created_at        timestamptz NOT NULL DEFAULT now(),
  started_at        timestamptz,
  finished_at       timestamptz,
  PRIMARY KEY (tenant_id, legal_entity_id, job_id),
  CHECK ((finished_at IS NOT NULL) = (status IN ('COMPLETED', 'FAILED', 'CANCELLED')))
);
CREATE UNIQUE INDEX job_unfinished_key ON job (tenant_id, legal_entity_id, kind, job_key)
  WHERE job_key IS NOT NULL AND status IN ('QUEUED', 'RUNNING');
CREATE INDEX job_finished ON job (tenant_id, legal_entity_id, finished_at) WHERE finished_at IS NOT NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON job TO prorata_app, prorata_intake;
GRANT SELECT ON job TO prorata_reader;

SELECT wall('scope', ARRAY['job'], 'prorata_app, prorata_intake, prorata_reader');

-- Maintenance goes through all companies of one tenant and takes away what nobody needs any more.
GRANT SELECT, DELETE ON job, idempotency_key TO prorata_relay;
SELECT wall('tenant', ARRAY['job', 'idempotency_key'], 'prorata_relay');

-- The key of a job in the queue carries its scope: nobody takes out what another scope has put in.
CREATE FUNCTION job_place(p_job uuid) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT concat_ws(':', current_setting('app.current_tenant'), current_setting('app.current_legal_entity'), p_job)
$$;

-- The application holds no right on the queue. What it puts there names a job of the scope that its transaction has set, and nothing
-- else: the worker reads the rest from the row, inside that scope.
CREATE FUNCTION queue_job(p_job uuid, p_kind text, p_run_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM graphile_worker.add_job(
    p_kind,
    json_build_object('job_id', p_job, 'tenant_id', current_setting('app.current_tenant'),
                      'legal_entity_id', NULLIF(current_setting('app.current_legal_entity'), '')),
    run_at => p_run_at, max_attempts => 32767,
    job_key => job_place(p_job));
END $$;

-- Takes a job that waits out of the queue; one at work is not touched.
CREATE FUNCTION unqueue_job(p_job uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM graphile_worker.remove_job(j.key) FROM graphile_worker.jobs j
   WHERE j.key = job_place(p_job) AND j.locked_at IS NULL;
END $$;

REVOKE ALL ON FUNCTION queue_job, unqueue_job FROM PUBLIC;
GRANT EXECUTE ON FUNCTION queue_job, unqueue_job TO prorata_app, prorata_intake;
