/* Exercice : la file d'attente de listen(). Usage : serveur_file BACKLOG */
#include <arpa/inet.h> /* htons, htonl */
#include <errno.h>     /* errno, EAGAIN */
#include <fcntl.h>     /* fcntl, O_NONBLOCK */
#include <netinet/in.h> /* struct sockaddr_in, IPPORT_USERRESERVED */
#include <stdio.h>
#include <stdlib.h> /* strtol */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h> /* close */

#define PORT IPPORT_USERRESERVED /* 5000 */
#define LG_MESSAGE 256

/* Étape 1 : le nombre qu'est ce texte, ou -1 s'il n'en est pas un ou est négatif. strtol() dit où il s'est arrêté ; atoi(), non. */
static int lireNombre(const char *texte)
{
    (void)texte;
    return -1;
}

/* Étape 2 : socket, SO_REUSEADDR, bind, et listen avec cette file. Renvoie le socket d'écoute, ou -1. */
static int ouvrirSocketEcoute(int tailleFile)
{
    (void)tailleFile;
    return -1;
}

/* Étape 3 : jusqu'à la fin de la ligne, ou de l'entrée standard. */
static void attendreUneLigne(void)
{
}

/*
 * Étape 4 : accepter et servir tous ceux qui attendent, un par un ; renvoie combien. Rendez d'abord le socket d'écoute non
 * bloquant : quand plus personne n'attend, accept() échoue avec EAGAIN.
 */
static int servirLaFile(int socketEcoute)
{
    (void)socketEcoute;
    return 0;
}

int main(int argc, char *argv[])
{
    int tailleFile = argc == 2 ? lireNombre(argv[1]) : -1;
    int socketEcoute = tailleFile >= 0 ? ouvrirSocketEcoute(tailleFile) : -1;
    if (socketEcoute == -1) {
        fprintf(stderr, "serveur_file : à compléter\n"); /* Étape 5 : le mode d'emploi, si l'argument ne convient pas */
        return EXIT_FAILURE;
    }
    attendreUneLigne();
    int servis = servirLaFile(socketEcoute);
    close(socketEcoute);
    printf("Clients servis : %d\n", servis);
    return EXIT_SUCCESS;
}
