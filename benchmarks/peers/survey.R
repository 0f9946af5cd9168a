# One task of R's survey package: Rscript survey.R TASK DATA. Prints one line of JSON; needs Debian's
# r-cran-survey and r-cran-jsonlite. Building the design is not timed.
suppressPackageStartupMessages({library(survey); library(jsonlite)})
args <- commandArgs(TRUE); task <- args[1]; folder <- args[2]
totals <- fromJSON(file.path(folder, "totals.json"))
d <- read.csv(file.path(folder, "survey.csv"), stringsAsFactors = TRUE)
items <- grep("^q", names(d), value = TRUE)
design <- svydesign(id = ~1, strata = ~stratum, weights = ~weight, fpc = ~population, data = d)
freq <- lapply(names(totals), function(k) setNames(data.frame(names(totals[[k]]), as.numeric(unlist(totals[[k]]))), c(k, "Freq")))
forms <- lapply(names(totals), function(k) as.formula(paste0("~", k)))
both <- as.formula(paste0("~", paste(names(totals), collapse = "+")))
n0 <- sum(unlist(totals[[1]]))
pop <- c(`(Intercept)` = n0, unlist(lapply(names(totals), function(k) { v <- unlist(totals[[k]])[-1]; setNames(v, paste0(k, names(v))) })))
y <- as.formula(paste0("~", paste(items, collapse = "+")))
table20 <- function(cal) svyby(y, ~area, cal, svymean)
run <- switch(task,
  rake = function() sum(weights(rake(design, forms, freq, control = list(maxit = 200, epsilon = 1e-8 )))),
  linear = function() sum(weights(calibrate(design, both, pop))),
  table = function() { o <- table20(calibrate(design, both, pop, calfun = "raking", epsilon = 1e-12)); as.numeric(SE(o)[1, 1:3]) },
  bootstrap = function() ncol(weights(as.svrepdesign(design, type = "subbootstrap", replicates = 200), "analysis")))
before <- sum(gc(reset = TRUE)[, 2])
spent <- system.time(check <- run())
cat(toJSON(list(seconds = spent[["user.self"]] + spent[["sys.self"]], wall = spent[["elapsed"]], peak_mb = sum(gc()[, 6]) - before, check = check), auto_unbox = TRUE, digits = NA), "\n")
