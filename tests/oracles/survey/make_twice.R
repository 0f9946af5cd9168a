# Usage: Rscript make_twice.R     (Debian 12: r-base-core r-cran-survey)
# Two calibrations in a row: standard errors as R's svyrecvar has them (projections oldest step first), with the steps
# turned round (newest first), and by R's jackknife, in which every replicate is calibrated twice anew.
suppressPackageStartupMessages({library(survey)})
data(api)
steps <- list(stype=list(~stype, c(`(Intercept)`=6194, stypeH=755, stypeM=1018)),
              api99=list(~api99, c(`(Intercept)`=6194, api99=3914069)))
designs <- list(
  dstrat=svydesign(id=~1, strata=~stype, weights=~pw, data=apistrat, fpc=~fpc),
  dclus1=svydesign(id=~dnum, weights=~pw, data=apiclus1, fpc=~fpc))
twice <- function(d, order, calfun) {
  for (name in order) {
    d <- if (calfun == "linear") calibrate(d, steps[[name]][[1]], steps[[name]][[2]])
         else calibrate(d, steps[[name]][[1]], steps[[name]][[2]], calfun=calfun, epsilon=1e-13) }
  d }
said <- function(d, ...) {
  t <- svytotal(~api00+enroll+api99, d); m <- svymean(~api00+enroll+api99, d)
  data.frame(..., variable=c("api00","enroll","api99"), total=unname(coef(t)), se_total=unname(SE(t)),
             mean=unname(coef(m)), se_mean=unname(SE(m))) }
out <- NULL
for (name in names(designs)) for (order in list(c("stype","api99"), c("api99","stype"))) for (calfun in c("linear","raking")) {
  d <- twice(designs[[name]], order, calfun)
  turned <- d; turned$postStrata <- rev(d$postStrata)
  as <- function(d, how) said(d, design=name, first=order[1], second=order[2], calfun=calfun, how=how)
  out <- rbind(out, as(d, "r"), as(turned, "newest_first"))
  if (calfun == "linear") {
    kind <- if (name == "dstrat") "JKn" else "JK1"
    out <- rbind(out, as(twice(as.svrepdesign(designs[[name]], type=kind), order, calfun), "jackknife")) } }
for (column in c("total","se_total","mean","se_mean")) out[[column]] <- sprintf("%.15g", out[[column]])
write.csv(out, "reference_twice.csv", row.names=FALSE, quote=FALSE)
