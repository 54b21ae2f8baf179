//! Charts and a payer become claims; what is missing becomes findings on the chart.
