// A job's row and its place in the queue, by one statement.
export const ENQUEUE = `
  WITH made AS (
    INSERT INTO job (tenant_id, legal_entity_id, job_id, kind, payload, context, job_key, run_at, max_attempts,
                     created_by, correlation_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, coalesce($8, now()), $9, $10, $11)
    ON CONFLICT (tenant_id, legal_entity_id, kind, job_key)
          WHERE job_key IS NOT NULL AND status IN ('QUEUED', 'RUNNING') DO NOTHING
    RETURNING job_id, kind, run_at)
  SELECT job_id, queue_job(job_id, kind, run_at) FROM made`;

export const UNFINISHED_OF_KEY = `
  SELECT job_id FROM job
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND kind = $3 AND job_key = $4 AND status IN ('QUEUED', 'RUNNING')`;

// FOR UPDATE waits for a transaction that a worker before us still has open (see FENCE).
export const LOCK_JOB = `
  SELECT status, payload, context, progress, attempts, max_attempts, interruptions, cancel_requested
    FROM job WHERE tenant_id = $1 AND legal_entity_id = $2 AND job_id = $3 FOR UPDATE`;

export const BEGIN_ATTEMPT = `
  UPDATE job SET status = 'RUNNING', epoch = epoch + 1, started_at = coalesce(started_at, now()),
         interruptions = interruptions + CASE WHEN status = 'RUNNING' THEN 1 ELSE 0 END
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND job_id = $3
  RETURNING epoch`;

// Not in the way of reports of progress, but of whoever takes the job over or removes it.
export const FENCE = `
  SELECT 1 AS mine FROM job
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND job_id = $3 AND epoch = $4 AND status = 'RUNNING'
     AND NOT cancel_requested
     FOR KEY SHARE`;

export const PROGRESS = `
  UPDATE job SET progress = $5, interruptions = 0
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND job_id = $3 AND epoch = $4 AND status = 'RUNNING'
     AND NOT cancel_requested
  RETURNING 1`;

export const STILL_WANTED = `
  SELECT 1 FROM job
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND job_id = $3 AND epoch = $4 AND status = 'RUNNING'
     AND NOT cancel_requested`;

export const FINISH = `
  UPDATE job SET status = $5, result = $6, problem = $7, attempts = attempts + 1, finished_at = now()
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND job_id = $3 AND epoch = $4 AND status = 'RUNNING'`;

// Only what somebody wanted cancelled: a job that was taken over is its new worker's.
export const GIVE_UP = `
  UPDATE job SET status = 'CANCELLED', finished_at = now()
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND job_id = $3 AND epoch = $4 AND status = 'RUNNING'
     AND cancel_requested`;

// Back into the queue: after a failure that may pass ($6 is its problem), or because the worker stops ($6 is null).
export const REQUEUE = `
  WITH waiting AS (
    UPDATE job SET status = 'QUEUED', problem = coalesce($6, problem), attempts = attempts + $7,
           run_at = now() + make_interval(secs => $5)
     WHERE tenant_id = $1 AND legal_entity_id = $2 AND job_id = $3 AND epoch = $4 AND status = 'RUNNING'
     RETURNING job_id, kind, run_at)
  SELECT queue_job(job_id, kind, run_at) FROM waiting`;

export const END_WITHOUT_RUN = `
  UPDATE job SET status = $4, problem = $5, finished_at = now()
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND job_id = $3`;

// Its row only: what a worker has open at this moment goes on to its end.
export const LOCK_TO_CANCEL = `
  SELECT status, created_by FROM job
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND job_id = $3 FOR NO KEY UPDATE`;

export const CANCEL_WAITING = `
  UPDATE job SET status = 'CANCELLED', cancel_requested = true, finished_at = now()
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND job_id = $3
  RETURNING unqueue_job(job_id)`;

export const CANCEL_RUNNING = `
  UPDATE job SET cancel_requested = true WHERE tenant_id = $1 AND legal_entity_id = $2 AND job_id = $3`;
