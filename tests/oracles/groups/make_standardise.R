# Standardised means, group against all others, and Benjamini-Hochberg: what R's survey and stats say.
# Run here:  Rscript make_standardise.R ../survey/apistrat.csv ../survey/apiclus1.csv > standardise.json
suppressPackageStartupMessages(library(survey))
args <- commandArgs(trailingOnly = TRUE)
strat <- read.csv(args[1]); clus <- read.csv(args[2])
options(digits = 15)
num <- function(x) paste0("[", paste(trimws(formatC(as.numeric(x), digits = 15, format = "g")), collapse = ","), "]")
dstrat <- svydesign(id = ~1, strata = ~stype, weights = ~pw, data = strat, fpc = ~fpc)
dclus <- svydesign(id = ~dnum, weights = ~pw, data = clus, fpc = ~fpc)
one <- function(name, design) {
  population <- c(4, 1, 2)                     # standard: elementary, high, middle
  standard <- svystandardize(design, by = ~stype, over = ~comp.imp, population = population)
  raw <- svyby(~api00, ~comp.imp, design, svymean)
  adj <- svyby(~api00, ~comp.imp, standard, svymean)
  gap <- function(of) summary(svyglm(api00 ~ comp.imp, of))$coefficients[2, 1:2]   # saturated: the difference of two means
  paste0('"', name, '":{"population":', num(population), ',"raw":', num(coef(raw)), ',"raw_se":', num(SE(raw)),
    ',"raw_difference":', num(gap(design)[1]), ',"raw_difference_se":', num(gap(design)[2]),
    ',"standardised":', num(coef(adj)), ',"standardised_se":', num(SE(adj)),
    ',"difference":', num(gap(standard)[1]), ',"difference_se":', num(gap(standard)[2]), '}')
}
p <- c(0.0002, 0.011, 0.0031, 0.049, 0.049, 0.21, 0.74, 0.00004, 0.33, 0.018)
cat('{"made_by":"R survey ', as.character(packageVersion("survey")), ', ', R.version.string, '",\n', sep = "")
cat(one("apistrat", dstrat), one("apiclus1", dclus), sep = ",\n")
cat(',\n"p":', num(p), ',"bh":', num(p.adjust(p, "BH")), '}\n', sep = "")
