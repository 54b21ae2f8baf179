//! What the practice knows: patient, coverage, encounter, diagnoses, procedures. It knows no X12.
