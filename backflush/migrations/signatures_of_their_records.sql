-- What is decided under a signature names one that was given for it. ENABLE ALWAYS, whoever writes.

CREATE TRIGGER signature_is_for_its_record BEFORE INSERT OR UPDATE ON backflush_reversalrequest FOR EACH ROW
    EXECUTE FUNCTION masterdata_signature_is_for_its_record('reversal', 'id', 'signature_id');
ALTER TABLE backflush_reversalrequest ENABLE ALWAYS TRIGGER signature_is_for_its_record;

CREATE TRIGGER signature_is_for_its_record BEFORE INSERT OR UPDATE ON backflush_orderclose FOR EACH ROW
    EXECUTE FUNCTION masterdata_signature_is_for_its_record('order_close', 'order_id', 'signature_id');
ALTER TABLE backflush_orderclose ENABLE ALWAYS TRIGGER signature_is_for_its_record;

CREATE TRIGGER signature_is_for_its_record BEFORE INSERT OR UPDATE ON backflush_orderreopening FOR EACH ROW
    EXECUTE FUNCTION masterdata_signature_is_for_its_record(
        'order_reopening', 'id', 'qa_signature_id', 'finance_signature_id');
ALTER TABLE backflush_orderreopening ENABLE ALWAYS TRIGGER signature_is_for_its_record;

-- A ruling's signature is under its report, which it names by its row and the signature by its event.
CREATE FUNCTION backflush_ruling_is_signed_for_its_report() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM public.masterdata_signature s JOIN public.backflush_operationreport r ON r.id = NEW.report_id
        WHERE s.id = NEW.signature_id AND s.subject_kind = 'report' AND s.subject_key = r.event_id::text
    ) THEN
        PERFORM public.masterdata_refuse('signature_is_for_its_record',
            format('The signature of a ruling on report %s was given for something else.', NEW.report_id));
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER signature_is_for_its_record BEFORE INSERT ON backflush_reportruling FOR EACH ROW
    EXECUTE FUNCTION backflush_ruling_is_signed_for_its_report();
ALTER TABLE backflush_reportruling ENABLE ALWAYS TRIGGER signature_is_for_its_record;
